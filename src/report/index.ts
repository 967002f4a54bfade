export { comparisonSentence, renderComparison, type ComparisonNames } from "./comparison-view.ts";
export { fill, message, optionalMessage, type MessageParams } from "./message.ts";
export type { Language, MessageKey } from "./messages.ts";
export { formatMs, formatOffset, formatShare, formatThread } from "./format-value.ts";
export { padEnd, padStart, plainSpaces, truncate, widthOf, wrap } from "./layout.ts";
export { DEFAULT_COLUMNS, MIN_COLUMNS, type RenderOptions } from "./render-context.ts";
export { requestOfVerdict, sentenceFor, typicalDurationNs, withSentences } from "./sentence.ts";
export { createStyle, type Style } from "./style.ts";
export { renderSummary, renderTerminal } from "./terminal.ts";
