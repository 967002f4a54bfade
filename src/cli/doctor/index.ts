export { doctorReport, doctorReportOf, type DoctorCheck, type DoctorReport, type OtherTracer } from "./report.ts";
export { renderDoctor } from "./render.ts";
