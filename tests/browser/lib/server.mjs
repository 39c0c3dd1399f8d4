// The real binary with a demonstration city of its own, on a free port, in a folder that goes away afterwards.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
// A debug build makes a few thousand people; the release build is asked for 20 s.
const READY_SECONDS_MAX = 120;
const STOP_SECONDS_MAX = 20;
const LINES_KEPT_MAX = 400;

const freePort = () => new Promise((done, fail) => {
  const server = createServer();
  server.once("error", fail);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Server {
  lines = [];
  #child;
  #folder;
  #ended = false;

  static async start() {
    const server = new Server();
    try {
      await server.#start();
    } catch (fault) {
      server.stopNow();
      throw fault;
    }
    return server;
  }

  async #start() {
    const binary = process.env.MACHIYA_BINARY ?? resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug/machiya");
    if (!existsSync(binary)) throw new Error(`${binary} is not there; run \`cargo build --package machiya\` first`);
    this.#folder = mkdtempSync(join(process.env.MACHIYA_TEST_SCRATCH ?? tmpdir(), "machiya-browser-"));
    const port = await freePort();
    this.origin = `http://localhost:${port}`;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MACHIYA_")));
    this.#child = spawn(binary, ["demo"], {
      cwd: this.#folder,
      env: {
        ...env,
        MACHIYA_DATA: join(this.#folder, "data"),
        MACHIYA_LISTEN: `127.0.0.1:${port}`,
        // All visitors come from one address here; the limits have tests of their own.
        MACHIYA_RATE_REQUESTS_PER_MINUTE: "0",
        MACHIYA_RATE_WRITES_PER_MINUTE: "0",
        MACHIYA_RATE_ACTIONS: "off",
        MACHIYA_LOG_LEVEL: "warn",
        // The identity provider of the tests listens on this machine.
        MACHIYA_OUTBOUND_PRIVATE: "allow",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.lines.push(...text.split("\n"));
        this.lines.splice(0, this.lines.length - LINES_KEPT_MAX);
      });
    }
    this.#child.once("exit", () => { this.#ended = true; });
    const since = Date.now();
    while (!(await this.#isReady())) {
      if (this.#ended) throw new Error(`the server ended before it was ready:\n${this.told()}`);
      if (Date.now() - since > READY_SECONDS_MAX * 1000) throw new Error(`the server was not ready in ${READY_SECONDS_MAX} s:\n${this.told()}`);
      await sleep(100);
    }
    this.readySeconds = (Date.now() - since) / 1000;
  }

  async #isReady() {
    try {
      return (await fetch(`${this.origin}/health/ready`)).ok;
    } catch {
      return false;
    }
  }

  told() {
    return this.lines.join("\n").trim();
  }

  get hasEnded() {
    return this.#ended;
  }

  async stop() {
    if (this.#child && !this.#ended) {
      this.#child.kill("SIGTERM");
      for (let waited = 0; !this.#ended && waited < STOP_SECONDS_MAX * 10; waited += 1) await sleep(100);
    }
    this.stopNow();
  }

  /** For the end of the process itself: nothing may be waited for any more. */
  stopNow() {
    if (this.#child && !this.#ended) this.#child.kill("SIGKILL");
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    this.#folder = undefined;
  }
}
