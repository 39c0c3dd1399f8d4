// The one runner of all checks: `node tests/run.mjs` (`--all`: browser tests in the full matrix; `--only <stage>,<stage>`
// while working on one thing). Installs what is missing through apt, makes a private PostgreSQL cluster and takes it
// away again. The last line is always `N passed, N failed`.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Cluster, newScratch, postgresFolder, removeScratch } from "./cluster.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const isRoot = process.getuid?.() === 0;
const all = process.argv.includes("--all");
const onlyAt = process.argv.indexOf("--only");
const only = onlyAt > 0 ? (process.argv[onlyAt + 1] ?? "").split(",").filter(Boolean) : [];
const started = Date.now();
const counts = { passed: 0, failed: 0 };
const broken = [];
let running = null;
let cluster = null;
let scratch = null;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const say = (text) => process.stdout.write(`${text}\n`);

/** What went wrong so that the rest makes no sense; said in one sentence. */
class Stop extends Error {}

// ---- finding and installing what is needed -----------------------------------------------------------------------

const onPath = (name) => (process.env.PATH ?? "").split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

const hasJapaneseFont = () => {
  const listed = spawnSync("fc-list", [":lang=ja"], { encoding: "utf8" });
  return listed.status === 0 && /CJK|Noto Sans JP|IPA/i.test(listed.stdout);
};

const needed = [
  { what: "PostgreSQL", there: () => Boolean(postgresFolder()), packages: ["postgresql"] },
  { what: "Chromium", there: () => onPath("chromium"), packages: ["chromium"] },
  { what: "Japanese fonts", there: hasJapaneseFont, packages: ["fonts-noto-cjk", "fontconfig"] },
  { what: "a C compiler", there: () => onPath("cc"), packages: ["gcc", "libc6-dev"] },
];

const installMissing = () => {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new Stop(`the checks need Node.js 20 or newer; this is ${process.versions.node}`);
  for (const tool of ["cargo", "npm"]) {
    if (!onPath(tool)) throw new Stop(`${tool} was not found; install ${tool === "cargo" ? "Rust 1.95 with rustup (https://rustup.rs)" : "Node.js with npm"} and run it again`);
  }
  const missing = needed.filter((one) => !one.there());
  if (missing.length === 0) return;
  const packages = missing.flatMap((one) => one.packages);
  const names = missing.map((one) => one.what).join(", ");
  if (!onPath("apt-get")) throw new Stop(`${names} missing, and there is no apt-get here to install ${packages.join(" ")}; install them and run it again`);
  const elevated = isRoot ? [] : ["sudo", "-n"];
  if (!isRoot && spawnSync("sudo", ["-n", "true"]).status !== 0) {
    throw new Stop(`${names} missing; as this is not root and sudo asks for a password, please run: sudo apt-get install ${packages.join(" ")}`);
  }
  say(`installing ${packages.join(" ")}`);
  const apt = (...args) => {
    const [command, ...rest] = [...elevated, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", ...args];
    return spawnSync(command, rest, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
  };
  // The package must not leave a cluster of its own running on the usual port.
  if (packages.includes("postgresql") && isRoot && !existsSync("/etc/postgresql-common/createcluster.conf")) {
    mkdirSync("/etc/postgresql-common", { recursive: true });
    writeFileSync("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");
  }
  if (!apt("install", "-y", "--no-install-recommends", ...packages) && !(apt("update") && apt("install", "-y", "--no-install-recommends", ...packages))) {
    throw new Stop(`apt-get could not install ${packages.join(" ")}`);
  }
  const still = needed.filter((one) => !one.there());
  if (still.length > 0) throw new Stop(`${still.map((one) => one.what).join(", ")} still missing after the installation`);
};

/** Stops every cluster that was made under our own folder, and removes the folder. */
const cleanUp = () => {
  if (running?.pid) {
    try {
      process.kill(-running.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  }
  cluster?.stop();
  cluster = null;
  if (scratch) removeScratch(scratch);
  scratch = null;
};

// ---- stages ------------------------------------------------------------------------------------------------------

/** Runs a command, passes on what it says (but for `quiet` lines), and answers its code and all its lines. */
const run = (command, args, { cwd = root, env = {}, quiet = null, onLine = () => {} } = {}) => new Promise((resolve) => {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  running = child;
  const lines = [];
  const take = (stream) => {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      const pieces = (rest + text).split("\n");
      rest = pieces.pop();
      for (const line of pieces) one(line);
    });
    stream.on("end", () => rest && one(rest));
  };
  const one = (line) => {
    lines.push(line);
    onLine(line);
    if (!quiet?.test(line)) say(line);
  };
  take(child.stdout);
  take(child.stderr);
  child.on("error", (fault) => {
    lines.push(String(fault));
    say(String(fault));
  });
  child.on("close", (code) => {
    running = null;
    resolve({ code: code ?? 1, lines });
  });
});

/** A stage that is one check: it holds or it does not. */
const one = (command, args, options) => async () => {
  const { code } = await run(command, args, options);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
};

/** cargo test: every line of results, with what was ignored or filtered away counted as failed. */
const cargoTests = (args) => async ({ env }) => {
  const sum = { passed: 0, failed: 0 };
  const ignored = [];
  const { code, lines } = await run("cargo", ["test", "--locked", "--no-fail-fast", ...args], {
    env,
    quiet: /^(test .* \.\.\. ok|running \d+ tests?|\s*Doc-tests .*|test result: ok\. 0 passed.*|)$/,
    onLine: (line) => {
      const result = line.match(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; (\d+) filtered out/);
      if (result) {
        sum.passed += Number(result[1]);
        sum.failed += Number(result[2]) + Number(result[3]) + Number(result[4]);
      }
      if (/^test .* \.\.\. ignored/.test(line)) ignored.push(line);
    },
  });
  for (const line of ignored) say(`counted as failed: ${line}`);
  if (sum.passed === 0 && lines.length > 0 && code === 0) throw new Stop("cargo test ran no test at all");
  // A binary that does not compile, or that was killed, has no line of its own.
  if (code !== 0 && sum.failed === 0) sum.failed = 1;
  return sum;
};

const browserTests = async ({ env }) => {
  let last = null;
  const { code } = await run("node", [join(root, "tests/browser/run.mjs"), ...(all ? ["--all"] : [])], {
    env,
    onLine: (line) => {
      last = line.match(/^(\d+) passed, (\d+) failed$/) ?? last;
    },
  });
  if (!last) return { passed: 0, failed: 1 };
  const sum = { passed: Number(last[1]), failed: Number(last[2]) };
  if (code !== 0 && sum.failed === 0) sum.failed = 1;
  return sum;
};

const npmCi = (folder) => one("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: join(root, folder) });
const npmRun = (folder, script) => one("npm", ["run", "--silent", script], { cwd: join(root, folder) });

const stages = [
  { name: "ui packages", run: npmCi("ui"), needed: true },
  { name: "ui types", run: npmRun("ui", "check") },
  // Fails when the first load of a page grows above its limit.
  { name: "ui build and size", run: npmRun("ui", "build"), needed: true },
  { name: "formatting", run: one("cargo", ["fmt", "--all", "--check"]) },
  { name: "lints", run: one("cargo", ["clippy", "--locked", "--workspace", "--all-targets", "--keep-going", "--", "--deny", "warnings"]) },
  { name: "binary", run: one("cargo", ["build", "--locked", "--package", "machiya"]), needed: true },
  { name: "tests", run: cargoTests(["--workspace"]) },
  { name: "browser packages", run: npmCi("tests/browser"), needed: true },
  { name: "browser", run: browserTests },
];

const finish = () => {
  cleanUp();
  for (const name of broken) say(`failed: ${name}`);
  say(`all stages: ${seconds(started)}`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
  say(`${counts.passed} passed, ${counts.failed} failed`);
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    counts.failed += 1;
    broken.push(`stopped by ${signal}`);
    finish();
    process.exit(130);
  });
}

try {
  const unknown = only.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) throw new Stop(`there is no stage ${unknown.join(", ")}; there are: ${stages.map((stage) => stage.name).join(", ")}`);
  installMissing();
  scratch = newScratch();
  cluster = await Cluster.start({ scratch });
  const env = {
    MACHIYA_TEST_POSTGRES: cluster.address,
    MACHIYA_TEST_SCRATCH: scratch,
    MACHIYA_BINARY: join(target, "debug/machiya"),
    POSTGRES_BIN: cluster.bin,
  };
  for (const stage of stages.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const since = Date.now();
    say(`\n== ${stage.name}`);
    const { passed, failed } = await stage.run({ env });
    counts.passed += passed;
    counts.failed += failed;
    say(`== ${stage.name}: ${passed} passed, ${failed} failed, ${seconds(since)}`);
    if (failed > 0) broken.push(stage.name);
    if (failed > 0 && stage.needed) {
      say(`make test: without "${stage.name}" the rest cannot run`);
      break;
    }
  }
} catch (fault) {
  counts.failed += 1;
  broken.push("the run itself");
  say(fault instanceof Stop ? `make test: ${fault.message}` : String(fault.stack ?? fault));
}
finish();
