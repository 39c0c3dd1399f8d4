// Runs the property tests again and again with fresh input until the time is up: `node tests/fuzz.mjs 10` (minutes).
// A failure is written by proptest into a proptest-regressions file beside the test; commit it with the mending.
import { spawnSync } from "node:child_process";

const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0)) {
  console.error("fuzz: say for how many minutes, as in `node tests/fuzz.mjs 10`");
  process.exit(1);
}
const cargo = (args, env = {}, options = {}) =>
  spawnSync("cargo", args, { stdio: "inherit", env: { ...process.env, ...env }, ...options });

if (cargo(["test", "--locked", "--workspace", "--exclude", "tests", "--lib", "--no-run"]).status !== 0) process.exit(1);
const end = Date.now() + minutes * 60_000;
let rounds = 0;
while (Date.now() < end) {
  const left = end - Date.now();
  const run = cargo(
    ["test", "--locked", "--workspace", "--exclude", "tests", "--lib", "--quiet"],
    { PROPTEST_CASES: "20000", PROPTEST_MAX_GLOBAL_REJECTS: "200000" },
    { timeout: left, killSignal: "SIGTERM" },
  );
  if (run.error?.code === "ETIMEDOUT") break;
  if (run.status !== 0) process.exit(run.status ?? 1);
  rounds += 1;
}
console.log(`fuzz: ${rounds} whole rounds in ${minutes} minutes, nothing found`);
