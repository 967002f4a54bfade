import { describe, expect, it } from "vitest";
import { displayName } from "./program-name.ts";

const name = (...argv: string[]): string => displayName(argv, "comm");

describe("displayName", () => {
  it.each([
    [["/opt/venv/bin/python3.11", "-u", "/srv/tts/webui.py", "--api-key", "hunter2"], "python3.11 webui.py"],
    [["python", "-X", "utf8", "-W", "ignore", "app.py"], "python app.py"],
    [["python3", "-m", "uvicorn", "app:app", "--host", "0.0.0.0"], "python3 -m uvicorn"],
    [["python3", "-mhttp.server", "8000"], "python3 -m http.server"],
    [["node", "--require", "./hook.js", "--max-old-space-size=4096", "server.mjs"], "node server.mjs"],
    [["java", "-Xmx4g", "-cp", "/a/b.jar:/c", "-jar", "/srv/tts.jar", "--token=x"], "java tts.jar"],
    [["java", "-cp", "/a/b.jar:/c", "com.example.Main", "secret"], "java com.example.Main"],
    [["/bin/bash", "/usr/local/bin/start_app.sh", "secret"], "bash start_app.sh"],
    [["-bash"], "bash"],
    [["ruby", "-I", "lib", "bin/serve"], "ruby serve"],
    [["/usr/bin/ollama", "serve", "--key", "secret"], "ollama"],
    [["/opt/My App/server", "--token", "secret"], "server"],
    [["nginx: master process /usr/sbin/nginx -g daemon off;"], "nginx"],
    [["gunicorn: worker [shop/app]"], "gunicorn"],
    [["python3", "--", "/srv/x.py"], "python3 x.py"],
    [["python3"], "python3"],
  ])("%j is %s", (argv, expected) => {
    expect(name(...argv)).toBe(expected);
  });

  it.each([
    ["bash", "-c", "curl http://user:hunter2@host/hunter2"],
    ["bash", "-ec", "hunter2/hunter2"],
    ["python3", "-chunter2=1", "hunter2"],
    ["python3", "-c", "hunter2"],
    ["node", "-e", "hunter2()"],
    ["node", "--eval", "hunter2"],
    ["node", "-pe", "hunter2"],
    ["perl", "-lane", "hunter2"],
    ["php", "-r", "hunter2"],
    ["sh", "-s", "hunter2"],
    ["python3", "http://user:hunter2@host/x.py"],
    ["ruby", "-ehunter2"],
    ["bash", "A=hunter2"],
  ])("never shows code or secrets: %s %s", (...argv) => {
    expect(name(...argv)).toBe(argv[0]);
  });

  it("is the comm where there is no argument list", () => {
    expect(displayName([], "kswapd0")).toBe("kswapd0");
    expect(displayName([""], "odd")).toBe("odd");
  });
});
