/** What does a Gradio page offer, and where? Reads /config and {prefix}/info; nothing about a page is hard-coded. */
import { EXIT, UserError } from "../base/index.ts";
import { withDeadline } from "./deadline.ts";
import { placeOf } from "./exchange.ts";
import { asArray, asRecord, asString, parseJson, type JsonRecord } from "./json.ts";
import { RequestFailure, excerpt } from "./request-failure.ts";
import { exchangeText, statusFailure } from "./response-text.ts";

export interface GradioParameter {
  readonly name: string;
  readonly label: string;
  readonly hasDefault: boolean;
  readonly defaultValue: unknown;
  /** JSON schema of what the server takes */
  readonly schema: JsonRecord;
  /** e.g. Audio */
  readonly component: string;
  /** a Dropdown that takes what is not in its list */
  readonly takesAnyValue: boolean;
}

/** One position of `data`: a parameter a caller may set, or a hidden one (State, Button) with the value the page would send. */
export type GradioInput = { readonly kind: "parameter"; readonly parameter: GradioParameter } | { readonly kind: "hidden"; readonly value: unknown };

export interface GradioEndpoint {
  /** with its slash */
  readonly name: string;
  readonly fnIndex: number;
  readonly isQueued: boolean;
  readonly inputs: readonly GradioInput[];
}

export interface GradioPage {
  readonly version: string;
  /** address without a slash at the end */
  readonly base: string;
  /** "/gradio_api" since Gradio 5, "" before */
  readonly prefix: string;
  readonly config: JsonRecord;
  readonly info: JsonRecord;
}

const DISCOVERY_TIMEOUT_MS = 30_000;

/** UserError (environment): gradio-unreachable, gradio-login, gradio-not-found, gradio-protocol. */
export async function discoverGradio(url: URL): Promise<GradioPage> {
  const base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  const config = await readJson(new URL(`${base}/config`));
  const version = asString(config["version"]) ?? "unknown";
  const protocol = asString(config["protocol"]);
  if (asArray(config["dependencies"]) === undefined || asArray(config["components"]) === undefined) throw notGradio(`${base}/config`);
  if (protocol?.startsWith("sse") !== true) {
    throw new UserError(
      "gradio-protocol",
      `the page on ${placeOf(url)} is Gradio ${excerpt(version, 20)} with protocol ${excerpt(protocol ?? "ws", 20)}, which is too old`,
      {
        exitCode: EXIT.environment,
        hint: "Gradio 4 and later can be measured",
      },
    );
  }
  const prefix = (asString(config["api_prefix"]) ?? "").replace(/\/+$/, "");
  const info = await readJson(new URL(`${base}${prefix}/info?all_endpoints=true`));
  return { version, base, prefix, config, info };
}

async function readJson(url: URL): Promise<JsonRecord> {
  let response;
  try {
    response = await withDeadline(DISCOVERY_TIMEOUT_MS, (signal) => exchangeText({ url, method: "GET", headers: { accept: "application/json" }, signal }));
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    const sentence = error.code === "ABORTED" ? `${placeOf(url)} did not answer ${url.pathname} within ${DISCOVERY_TIMEOUT_MS / 1000} s` : error.message;
    throw new UserError("gradio-unreachable", sentence, { exitCode: EXIT.environment, hint: "is the service running, and is this its port?", cause: error });
  }
  if (response.head.status === 401 || response.head.status === 403) {
    throw new UserError("gradio-login", `the page on ${placeOf(url)} asks for a login (${response.head.status})`, { exitCode: EXIT.environment });
  }
  const failure = statusFailure(response.head, `${placeOf(url)}${url.pathname}`, response.text);
  const json = asRecord(parseJson(response.text));
  if (failure !== undefined || json === undefined) throw notGradio(`${placeOf(url)}${url.pathname}`, failure);
  return json;
}

function notGradio(place: string, failure?: RequestFailure): UserError {
  return new UserError("gradio-not-found", failure?.message ?? `${place} is not the description of a Gradio page`, {
    exitCode: EXIT.environment,
    hint: "give the address of the page itself, as in the browser",
  });
}

/** The endpoint of that name, or the only one, or /predict. UserError gradio-api (usage) lists the known ones. */
export function findEndpoint(page: GradioPage, wanted: string | undefined): GradioEndpoint {
  const described = asRecord(page.info["named_endpoints"]) ?? {};
  const names = Object.keys(described);
  const name = wanted === undefined ? onlyOne(names) : `/${wanted.replace(/^\/+/, "")}`;
  const dependencies = (asArray(page.config["dependencies"]) ?? []).map(asRecord);
  const index = dependencies.findIndex((dependency) => name !== undefined && dependency?.["api_name"] === name.slice(1));
  const dependency = dependencies[index];
  if (name === undefined || dependency === undefined || !Object.hasOwn(described, name)) {
    const known = names.map((one) => excerpt(one, 60));
    throw new UserError(
      "gradio-api",
      wanted === undefined ? "the page has several functions: one has to be chosen" : `the page has no function ${excerpt(wanted, 60)}`,
      {
        exitCode: EXIT.usage,
        hint: known.length === 0 ? "the page offers no function by name" : `it has: ${listSome(known)}`,
      },
    );
  }
  const id = dependency["id"];
  return {
    name,
    // Gradio 4 has no id: its functions are numbered in order
    fnIndex: typeof id === "number" ? id : index,
    isQueued: dependency["queue"] !== false,
    inputs: inputsOf(page, name, dependency, asRecord(described[name]) ?? {}),
  };
}

function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : names.find((name) => name === "/predict");
}

/** `/info` leaves hidden components out, `data` must have them: the component ids of /config tell which positions they are. */
function inputsOf(page: GradioPage, name: string, dependency: JsonRecord, endpoint: JsonRecord): readonly GradioInput[] {
  const components = new Map((asArray(page.config["components"]) ?? []).map((entry) => [asRecord(entry)?.["id"], asRecord(entry)]));
  const parameters = (asArray(endpoint["parameters"]) ?? []).map(asRecord);
  let described = 0;
  const inputs = (asArray(dependency["inputs"]) ?? []).map((id, position): GradioInput => {
    const component = components.get(id);
    const props = asRecord(component?.["props"]);
    if (component?.["type"] === "state") return { kind: "hidden", value: null };
    if (component?.["skip_api"] === true) return { kind: "hidden", value: props?.["value"] ?? null };
    const parameter = parameters[described++] ?? {};
    const hasDefault = parameter["parameter_has_default"] === true;
    return {
      kind: "parameter",
      parameter: {
        name: asString(parameter["parameter_name"]) ?? `param_${position}`,
        label: asString(parameter["label"]) ?? "",
        hasDefault,
        defaultValue: hasDefault ? (parameter["parameter_default"] ?? null) : undefined,
        schema: asRecord(parameter["type"]) ?? {},
        component: asString(parameter["component"]) ?? "",
        takesAnyValue: props?.["allow_custom_value"] === true,
      },
    };
  });
  if (described === parameters.length) return inputs;
  throw new UserError("gradio-not-found", `${name} has ${described} inputs in /config and ${parameters.length} in /info of ${page.base}`, {
    exitCode: EXIT.environment,
  });
}

/** At most 20 names: pages with hundreds of functions exist. */
export function listSome(names: readonly string[]): string {
  return names.length <= 20 ? names.join(", ") : `${names.slice(0, 20).join(", ")} and ${names.length - 20} more`;
}
