/** How does a local file become an input of a Gradio page? Once, before the first request. */
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { EXIT, UserError } from "../base/index.ts";
import { withDeadline } from "./deadline.ts";
import type { GradioPage } from "./gradio-api.ts";
import type { GradioFile } from "./gradio-inputs.ts";
import { asArray, asString, parseJson } from "./json.ts";
import { RequestFailure, errorCode } from "./request-failure.ts";
import { exchangeText, statusFailure } from "./response-text.ts";

const UPLOAD_TIMEOUT_MS = 120_000;

/** UserError: gradio-file (usage) when it cannot be read, gradio-upload (environment) when the page refuses it. */
export async function uploadFile(page: GradioPage, file: string): Promise<GradioFile> {
  const content = readLocal(file);
  const name = basename(file);
  const boundary = `stallscope-${randomUUID()}`;
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="${quoted(name)}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const refuse = (why: string, cause?: unknown): UserError =>
    new UserError("gradio-upload", `the file ${file} could not be uploaded: ${why}`, { exitCode: EXIT.environment, cause });
  let response;
  try {
    const url = new URL(`${page.base}${page.prefix}/upload`);
    const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
    response = await withDeadline(UPLOAD_TIMEOUT_MS, (signal) => exchangeText({ url, method: "POST", headers, body, signal }));
  } catch (error) {
    if (error instanceof RequestFailure) throw refuse(error.message, error);
    throw error;
  }
  const failure = statusFailure(response.head, "the page", response.text);
  if (failure !== undefined) throw refuse(failure.message, failure);
  const path = asString(asArray(parseJson(response.text))?.[0]);
  if (path === undefined) throw refuse("the page did not say where it put it");
  return { path, orig_name: name, meta: { _type: "gradio.FileData" } };
}

function readLocal(file: string): Buffer {
  try {
    if (!statSync(file).isFile()) throw new UserError("gradio-file", `not a file: ${resolve(file)}`, { exitCode: EXIT.usage });
    return readFileSync(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError("gradio-file", `the file ${resolve(file)} cannot be read (${errorCode(error)})`, { exitCode: EXIT.usage, cause: error });
  }
}

/** As browsers do it (HTML standard, multipart/form-data encoding algorithm). */
function quoted(name: string): string {
  return name.replace(/"/g, "%22").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
