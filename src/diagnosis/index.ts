export { captureNeeds } from "./capture-needs.ts";
export type { Rule } from "./define-rule.ts";
export { explain, type ExplainInput } from "./explain.ts";
export { findRequests, type RequestQuery } from "./find-requests.ts";
export { REMEDIES, type RemedyId, type RemedyTemplate } from "./remedies.ts";
export { RULES } from "./rules/index.ts";
