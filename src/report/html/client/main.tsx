/** The page's script: what it carries is unpacked and shown; when that fails, the report as text stays. */
import { render } from "preact";
import { PAGE_IDS } from "../page.ts";
import { pageText } from "../page-text.ts";
import { App } from "./app.tsx";
import { loadDrawing, loadFacts, loadResult } from "./load.ts";

const root = document.getElementById(PAGE_IDS.app);
const facts = loadFacts();
if (root !== null) {
  try {
    const result = await loadResult();
    root.replaceChildren();
    // the verdict is read while the picture is still unpacked
    render(<App facts={facts} result={result} drawing={loadDrawing()} />, root);
    performance.mark("stallscope-shown");
  } catch (error) {
    const why = document.createElement("p");
    why.textContent = pageText(facts.lang, "data.broken", { why: error instanceof Error ? error.message : String(error) });
    root.prepend(why);
  }
}
