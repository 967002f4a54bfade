export { doctorReport, doctorReportOf, type DoctorCheck, type DoctorReport } from "./report.ts";
export { renderDoctor } from "./render.ts";
export type { OtherTracer } from "./other-tracer.ts";
