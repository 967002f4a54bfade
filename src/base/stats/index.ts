export { bootstrapInterval, type Interval } from "./bootstrap.ts";
export { fisherExact } from "./fisher.ts";
export { hodgesLehmann } from "./hodges-lehmann.ts";
export { holm } from "./holm.ts";
export { mannWhitney, type RankTest } from "./mann-whitney.ts";
export { median } from "./median.ts";
export { seededRandom, type RandomSource } from "./random.ts";
export { observationsToDetect, SMALLEST_SET } from "./sample-size.ts";
