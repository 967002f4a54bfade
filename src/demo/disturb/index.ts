export * from "./start-disturbance.ts";
