export { renderPage, type PageParts } from "./page.ts";
