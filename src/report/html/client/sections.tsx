/** What the kernel's own tracers saw, beside what events alone say of the same. Nothing when no tracer was asked for. */
import { message } from "../../message.ts";
import { sectionItems } from "../../section-items.ts";
import { subjectOf } from "../../subject.ts";
import { useView } from "./view.ts";

export function Sections() {
  const { result, request, lang } = useView();
  const items = sectionItems(subjectOf(result, lang, request));
  if (items.length === 0 || request === undefined) return null;
  return (
    <section aria-labelledby="sections">
      <h2 id="sections">{message(lang, "sections.title", { request: request.id })}</h2>
      <ul class="trust" data-fact="sections">
        {items.map(({ text, details }, index) => (
          <li key={index}>
            {text}
            {details.map((detail) => (
              <div class="quiet" key={detail}>
                {detail}
              </div>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
