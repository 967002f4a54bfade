/** How does the service describe itself as a Gradio page? The shape of /config and /gradio_api/info of the version IndexTTS pins. */
import { EMOTIONS } from "./emotion.ts";

export const GRADIO_PREFIX = "/gradio_api";
export const GEN_SINGLE = 0;
const METHODS = ["Same as the voice reference", "Use emotion vectors"];

export interface GradioComponent {
  readonly id: number;
  readonly type: string;
  readonly props: { readonly label: string; readonly value: unknown; readonly [name: string]: unknown };
}

/** Inputs of /gen_single in order, the two first ones as in IndexTTS; then the output. */
const INPUTS: readonly { readonly name: string; readonly component: GradioComponent; readonly schema: object; readonly hasDefault: boolean }[] = [
  {
    name: "emo_control_method",
    component: { id: 1, type: "radio", props: { label: "Emotion control method", value: METHODS[0], choices: METHODS.map((one) => [one, one]) } },
    schema: { type: "string", enum: METHODS },
    hasDefault: true,
  },
  { name: "text", component: { id: 2, type: "textbox", props: { label: "Text", value: null } }, schema: { type: "string" }, hasDefault: false },
  {
    name: "emo_weight",
    component: { id: 3, type: "slider", props: { label: "Emotion weight", value: 0.65, minimum: 0, maximum: 1 } },
    schema: { type: "number" },
    hasDefault: true,
  },
];
export const TEXT_POSITION = 1;
const OUTPUT: GradioComponent = { id: 4, type: "audio", props: { label: "Generated speech", value: null } };

export const gradioConfig = (origin: string): object => ({
  version: "5.45.0",
  api_prefix: GRADIO_PREFIX,
  protocol: "sse_v3",
  title: "Stallscope demo service",
  root: origin,
  mode: "blocks",
  components: [...INPUTS.map((input) => input.component), OUTPUT],
  dependencies: [
    {
      id: GEN_SINGLE,
      api_name: "gen_single",
      inputs: INPUTS.map((input) => input.component.id),
      outputs: [OUTPUT.id],
      queue: true,
      connection: "sse",
      targets: [[5, "click"]],
      backend_fn: true,
      types: { generator: false, cancel: false },
      show_api: true,
    },
  ],
  emotions: EMOTIONS,
});

export const gradioInfo = (): object => ({
  named_endpoints: {
    "/gen_single": {
      parameters: INPUTS.map(({ name, component, schema, hasDefault }) => ({
        label: component.props.label,
        parameter_name: name,
        parameter_has_default: hasDefault,
        parameter_default: component.props.value,
        type: schema,
        component: component.type[0]?.toUpperCase() + component.type.slice(1),
        example_input: null,
      })),
      returns: [{ label: OUTPUT.props.label, type: { type: "string" }, component: "Audio" }],
      show_api: true,
    },
  },
  unnamed_endpoints: {},
});
