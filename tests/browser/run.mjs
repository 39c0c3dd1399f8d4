// The running product in a real browser. `node tests/browser/run.mjs` (`--full`: every role's pages in every language at both
// widths; `--only <words>`: suites whose name holds one of them; `--shots`: pictures of every page into tests/browser/shots).
// The last line is always `N passed, N failed`.
import { cpus } from "node:os";
import { advice } from "./lib/axe.mjs";
import { Report } from "./lib/report.mjs";
import { Server } from "./lib/server.mjs";
import { Town } from "./lib/town.mjs";
import { suites } from "./suites/index.mjs";

const has = (...flags) => flags.some((flag) => process.argv.includes(flag));
const onlyAt = process.argv.indexOf("--only");
const only = onlyAt < 0 ? [] : (process.argv[onlyAt + 1] ?? "").split(",").filter(Boolean);
const options = { full: has("--full", "--all"), shots: has("--shots") };
const TOGETHER_MAX = Math.max(2, Math.min(4, cpus().length));

let server;
let town;
// Whatever ends this process, the server must not outlive it.
process.on("exit", () => server?.stopNow());
const endWith = (why) => {
  console.log(`${why}\n0 passed, 1 failed`);
  process.exit(1);
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => endWith(`stopped by ${signal}`));
process.on("unhandledRejection", (fault) => endWith(`something failed where nobody waited for it: ${fault?.stack ?? fault}`));

let good = false;
try {
  server = await Server.start();
  console.log(`the city was ready in ${server.readySeconds.toFixed(1)} s on ${server.origin}`);
  town = await Town.open(server);
  town.options = options;
  const report = new Report({ only, town });
  // Suites that change what others look at come last, one by one.
  const waiting = suites.filter((suite) => !suite.alone);
  await Promise.all(Array.from({ length: TOGETHER_MAX }, async () => {
    for (let suite = waiting.shift(); suite; suite = waiting.shift()) await report.suite(suite.name, suite.run);
  }));
  for (const suite of suites.filter((suite) => suite.alone)) await report.suite(suite.name, suite.run);
  if (server.hasEnded) {
    report.failed += 1;
    console.log(`FAIL the server ended during the run:\n${server.told()}`);
  }
  for (const [rule, { help, places }] of advice) console.log(`good practice, not counted: ${rule}: ${help} (${places.size}: ${[...places].slice(0, 3).join("; ")})`);
  good = report.end();
} catch (fault) {
  console.log(`${fault.stack ?? fault}\n0 passed, 1 failed`);
} finally {
  await town?.close().catch(() => undefined);
  await server?.stop();
}
process.exitCode = good ? 0 : 1;
