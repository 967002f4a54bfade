// The rules of scripts/dependency-table.js in the words of dependency-cruiser. Nothing to edit here when a room may import another.
import { ROOMS } from "./scripts/dependency-table.js";

const HOW = "The table is scripts/dependency-table.js: move the code, hand the value in from above, or change the table and say why.";
const NOT_PRODUCT = "(\\.test\\.ts$|/test-support/|/fixtures\\.ts$)";
const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const anyOf = (names) => `(${names.map(escape).join("|")})`;

const perRoom = Object.entries(ROOMS).flatMap(([room, { rooms, types, node, packages }]) => {
  const from = { path: `^src/${room}/`, pathNot: NOT_PRODUCT };
  const mayImport = rooms === "all" ? Object.keys(ROOMS) : [room, "base", ...rooms];
  return [
    {
      name: `${room}-rooms`,
      severity: "error",
      from,
      comment: `src/${room} may import ${rooms === "all" ? "every room" : [...new Set(["base", ...rooms])].join(", ")}${types.length > 0 ? `, and types of ${types.join(", ")}` : ""}. ${HOW}`,
      to: { path: "^src/", pathNot: `^src/${anyOf([...mayImport, ...types])}/` },
    },
    ...types.map((other) => ({
      name: `${room}-types-of-${other}`,
      severity: "error",
      from,
      comment: `src/${room} may import only types of ${other} (import type). ${HOW}`,
      to: { path: `^src/${other}/`, dependencyTypesNot: ["type-only"] },
    })),
    ...(node
      ? []
      : [
          {
            name: `${room}-node`,
            severity: "error",
            from,
            comment: `src/${room} is pure: no node:* module. ${HOW}`,
            to: { dependencyTypes: ["core"] },
          },
        ]),
    {
      name: `${room}-packages`,
      severity: "error",
      from,
      comment: `src/${room} may import ${packages.length === 0 ? "no package" : packages.join(", ")}. ${HOW}`,
      to: { path: "node_modules/", ...(packages.length === 0 ? {} : { pathNot: `node_modules/${anyOf(packages)}/` }) },
    },
  ];
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...perRoom,
    {
      name: "room-not-in-the-table",
      severity: "error",
      comment: `Every folder of src/ has a row. ${HOW}`,
      from: { path: "^src/", pathNot: `^src/${anyOf(Object.keys(ROOMS))}/` },
      to: {},
    },
    {
      name: "through-index",
      severity: "error",
      comment: "What a room offers is in its index.ts: import that, or export it there. Tests too.",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/", pathNot: "^src/([^/]+/index\\.ts$|$1/)" },
    },
    {
      name: "nobody-imports-cli",
      severity: "error",
      comment: `cli is the top. Move what others need below it. ${HOW}`,
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "product-without-tests",
      severity: "error",
      comment: "Product code does not import tests, fixtures, benchmarks or scripts.",
      from: { path: "^src/", pathNot: NOT_PRODUCT },
      to: { path: [NOT_PRODUCT, "^(test|bench|lab|scripts)/"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "A circle of imports: move what both need into a third file.",
      from: {},
      to: { circular: true },
    },
    {
      name: "not-found",
      severity: "error",
      comment: "This import leads nowhere.",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"], mainFields: ["module", "main", "types"] },
  },
};
