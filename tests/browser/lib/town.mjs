// The town that is visited: its address, its browser, and visitors who each have cookies of their own.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const shots = fileURLToPath(new URL("../shots", import.meta.url));
export const PHONE = { width: 375, height: 812 };
export const DESKTOP = { width: 1280, height: 900 };
export const NARROW = { width: 320, height: 640 };

// Long, because the machine may be busy with other work; what is broken waits for ever anyway.
const ACTION_MS_MAX = 20_000;

export class Town {
  static async open(server) {
    mkdirSync(shots, { recursive: true });
    for (const name of readdirSync(shots)) if (name.startsWith("failed-")) rmSync(join(shots, name));
    const town = new Town();
    town.server = server;
    town.origin = server.origin;
    town.folder = mkdtempSync(join(tmpdir(), "machiya-chromium-"));
    town.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // The browser's own errands would only disturb; sandboxes need rights that builds seldom have.
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", `--crash-dumps-dir=${town.folder}`,
      ],
    });
    return town;
  }

  async close() {
    await this.browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  newVisitors() {
    return new Visitors(this);
  }
}

/** The visitors of one suite, and everything their browsers complained of. */
class Visitors {
  #contexts = [];
  #complaints = [];

  constructor(town) {
    this.town = town;
  }

  /** A new browser window without any past. `as` is somebody of `people.mjs`. */
  async arrive({ as, lang = "ja", size = DESKTOP, javaScript = true, serviceWorkers = "block" } = {}) {
    const context = await this.town.browser.newContext({
      baseURL: this.town.origin,
      viewport: size,
      locale: lang === "en" ? "en-GB" : "ja-JP",
      timezoneId: "Asia/Tokyo",
      javaScriptEnabled: javaScript,
      serviceWorkers,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(ACTION_MS_MAX);
    this.#contexts.push(context);
    if (lang === "ja-x-easy") {
      await context.addCookies([{ name: "lang", value: lang, url: this.town.origin }]);
    }
    const page = await context.newPage();
    this.#listen(page);
    if (as) await as.signIn(page);
    return page;
  }

  #listen(page) {
    const complain = (text) => this.#complaints.push(`${page.url()}: ${text}`);
    page.on("pageerror", (fault) => complain(`error in a script: ${fault}`));
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      // A page that answers 404 on purpose is told by the browser as a failed load; suites look at the status themselves.
      if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text()) && message.location().url === page.url()) return;
      // Most visitors come without one, so that a test sees the server and not a copy.
      if (message.text() === "Service Worker registration blocked by Playwright") return;
      complain(`${message.type()}: ${message.text()}`);
    });
    page.on("response", (reply) => {
      if (reply.status() >= 500) complain(`${reply.status()} from ${reply.url()}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (why !== "net::ERR_ABORTED" && !page.isOffline) complain(`${why} for ${request.url()}`);
    });
  }

  takeComplaints() {
    return this.#complaints.splice(0);
  }

  /** Pictures of what the visitors saw when something went wrong. */
  async photograph(name) {
    const file = join(shots, `failed-${name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80)}.png`);
    const page = this.#contexts.flatMap((context) => context.pages()).at(-1);
    try {
      await page?.screenshot({ path: file, fullPage: true, timeout: 5000 });
      return page ? file : undefined;
    } catch {
      return undefined;
    }
  }

  async leave() {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close().catch(() => undefined)));
  }
}
