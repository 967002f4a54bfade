/** A real nginx before a service: one process, its own folder and port, nothing of the machine's configuration. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DIES_WITH_PARENT, freePort, pinned } from "../service-process.ts";
import { CannotInject } from "../types.ts";
import type { Home } from "./home.ts";

const NGINX = "/usr/sbin/nginx";
const START_TRIES = 100;

export interface Nginx {
  readonly pid: number;
  readonly port: number;
}

/** `master_process off`: the one process is the worker, so none is left when it is killed. Its paths must not leave the folder. */
const configuration = (folder: string, port: number, behind: number): string => `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 64; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://127.0.0.1:${behind}; proxy_read_timeout 60s; }
  }
}
`;

/** `behind` is the port of the service; it need not answer yet. */
export async function startNginx(home: Home, cpu: number, behind: number): Promise<Nginx> {
  if (!existsSync(NGINX)) throw new CannotInject(`there is no ${NGINX}`);
  const folder = join(home.folder, "nginx");
  mkdirSync(folder);
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, port, behind));
  const [program = "", ...args] = [...DIES_WITH_PARENT, ...pinned(cpu, [NGINX, "-p", folder, "-c", file, "-e", join(folder, "error.log")])];
  const child = spawn(program, args, { stdio: "ignore", env: {} });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  home.own(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  for (let tries = 0; !(await listens(port)); tries++) {
    if (tries === START_TRIES || child.exitCode !== null)
      throw new Error(`nginx did not come up: exit code ${child.exitCode ?? "none"}, see its configuration`);
    await sleep(50);
  }
  if (child.pid === undefined) throw new Error("nginx has no pid");
  return { pid: child.pid, port };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
