// `make conformance SUITE=<work tree of the public NGSI-LD test suite>`: runs it against a fresh server, without the network.
// The suite's own copy is never changed: a scratch copy is pointed at stand-ins for its remote @contexts. Options:
// `--only <part of a path>[,…]` while working on one thing, `--binary <path>`, `--keep` leaves the scratch folder behind.
// Prints passed/failed per group and the names of what failed; docs/conformance.md says which of them are known, and why.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Broker } from "./broker.mjs";
import { Contexts } from "./contexts.mjs";
import { knownFailures } from "./known.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const GROUPS = ["ContextInformation", "jsonldContext", "CommonBehaviours"];
// What needs other brokers, or comes later.
const LEFT_OUT = ["snapshots", "dist-ops"];
const READY_SECONDS_MAX = 120;

const option = (name, otherwise = null) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] ?? otherwise : otherwise;
};
const [suite] = process.argv.slice(2).filter((one) => !one.startsWith("--"));
const only = (option("--only", "") ?? "").split(",").filter(Boolean);
const say = (text) => process.stdout.write(`${text}\n`);
const fail = (text) => {
  say(text);
  process.exit(2);
};

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const freePort = () => new Promise((done, wrong) => {
  const server = createServer();
  server.once("error", wrong);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** Robot Framework and what the suite asks for, in a virtual environment that is made once. */
function python(from) {
  const venv = join(target, "conformance/venv");
  const bin = join(venv, "bin");
  const wanted = readFileSync(join(from, "requirements.txt"), "utf8").split("\n").map((line) => line.trim())
    // Checking the style of the suite is not ours to do, and its own library is installed from its folder.
    .filter((line) => line && !line.startsWith("#") && !line.startsWith("-e") && !/robocop/.test(line));
  const mark = join(venv, "wanted.txt");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted.join("\n")) return bin;
  say("installing Robot Framework");
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(join(target, "conformance"), { recursive: true });
  const run = (command, args) => {
    const done = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
    if (done.status !== 0) fail(`${command} ${args.join(" ")} failed; the suite needs Python 3.11 or newer with venv (apt-get install python3-venv)`);
  };
  run("python3", ["-m", "venv", venv]);
  run(join(bin, "pip"), ["install", "--quiet", ...wanted, join(from, "libraries/robotframework-httpctrl")]);
  writeFileSync(mark, wanted.join("\n"));
  return bin;
}

/** Every text of the scratch copy, with the hosts of the outside replaced by ours. */
function pointAt(folder, replace) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(robot|resource|py|json|jsonld|geojson)$/.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const before = readFileSync(path, "utf8");
    const after = replace.reduce((text, [from, to]) => text.replaceAll(from, to), before);
    if (after !== before) writeFileSync(path, after);
  }
}

async function startServer(binary, scratch, port) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MACHIYA_")));
  const child = spawn(binary, ["demo"], {
    cwd: scratch,
    env: {
      ...env,
      MACHIYA_DATA: join(scratch, "data"),
      MACHIYA_LISTEN: `127.0.0.1:${port}`,
      MACHIYA_CONTEXT_ACCESS: "open",
      MACHIYA_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const told = [];
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text) => told.push(text) > 400 && told.shift());
  const since = Date.now();
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`, { headers: { host: "localhost" } }).catch(() => null);
    if (ready?.ok) return { child, told };
    if (child.exitCode !== null || Date.now() - since > READY_SECONDS_MAX * 1000) {
      child.kill();
      fail(`the server did not become ready:\n${told.join("")}`);
    }
    await sleep(100);
  }
}

/** The test cases of one run, from what Robot Framework writes down: [[name, status]]. */
function results(path) {
  const xml = readFileSync(path, "utf8");
  const out = [];
  for (const [, name, body] of xml.matchAll(/<test [^>]*?name="([^"]*)"[^>]*>([\s\S]*?)<\/test>/g)) {
    const last = [...body.matchAll(/<status status="(\w+)"[^>]*?(?:\/>|>([\s\S]*?)<\/status>)/g)].pop();
    out.push({ name: name.replaceAll("&quot;", '"').replaceAll("&amp;", "&"), passed: last?.[1] === "PASS", skipped: last?.[1] === "SKIP", why: (last?.[2] ?? "").trim().slice(0, 300) });
  }
  return out;
}

if (!suite || !existsSync(join(suite, "TP/NGSI-LD"))) {
  fail("which suite? `make conformance SUITE=<work tree of the public ETSI NGSI-LD test suite>` (the folder that holds TP/NGSI-LD)");
}
const binary = option("--binary") ?? ["release", "debug"].map((kind) => join(target, kind, "machiya")).find(existsSync);
if (!binary) fail("build it first: make build");
const scratch = mkdtempSync(join(tmpdir(), "machiya-conformance-"));
let server;
let contexts;
let broker;
let ended = 1;
try {
  const copy = join(scratch, "suite");
  cpSync(resolve(suite), copy, { recursive: true, filter: (path) => !/\/(\.git|results)$/.test(path) });
  const bin = python(copy);
  contexts = await Contexts.start(copy);
  broker = await Broker.start(scratch);
  const [port, notified, source, served] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const own = `http://localhost:${contexts.port}`;
  pointAt(copy, [
    ["https://raw.githubusercontent.com/marek-mraz/ngsi-ld-test-suite/main/resources/jsonld-contexts", `${own}/suite`],
    ["https://easy-global-market.github.io", `${own}/egm`],
    ["https://fiware.github.io", `${own}/fiware`],
    // Some cases name the broker itself.
    ["http://localhost:9090", `http://localhost:${port}`],
  ]);
  const variables = join(copy, "resources/variables.py");
  const set = {
    url: `http://localhost:${port}/ngsi-ld/v1`, temporal_api_url: `http://localhost:${port}/ngsi-ld/v1`,
    notification_server_host: "127.0.0.1", notification_server_port: notified,
    mqtt_broker_host: "127.0.0.1", mqtt_broker_non_default_port: broker.port,
    context_source_host: "127.0.0.1", context_source_port: source,
    context_server_host: "127.0.0.1", context_server_port: served,
  };
  const lines = readFileSync(variables, "utf8").split("\n").map((line) => {
    const name = line.match(/^(\w+) *=/)?.[1];
    return name in set ? `${name} = ${JSON.stringify(set[name])}` : line;
  });
  writeFileSync(variables, lines.join("\n"));
  server = await startServer(binary, scratch, port);
  say(`${binary} answers on port ${port}`);
  const found = new Map();
  const files = GROUPS.flatMap((group) => readdirSync(join(copy, "TP/NGSI-LD", group), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".robot"))
    .map((entry) => relative(copy, join(entry.parentPath ?? entry.path, entry.name))))
    .filter((path) => only.length === 0 || only.some((part) => path.includes(part)))
    .sort();
  const folders = [...new Set(files.map((path) => path.split("/").slice(0, -1).join("/")))];
  for (const folder of folders) {
    const here = files.filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes("/"));
    const output = join(scratch, "output.xml");
    rmSync(output, { force: true });
    const args = ["--output", output, "--log", "NONE", "--report", "NONE", "--console", "none", ...LEFT_OUT.flatMap((tag) => ["--exclude", tag]), "--runemptysuite", ...here];
    const robot = spawn(join(bin, "robot"), args, { cwd: copy, stdio: ["ignore", "ignore", "inherit"] });
    await new Promise((done) => robot.once("close", done));
    if (server.child.exitCode !== null) fail(`the server ended during ${folder}:\n${server.told.join("")}`);
    if (!existsSync(output)) fail(`Robot Framework said nothing about ${folder}`);
    const cases = results(output).filter((one) => !one.skipped);
    found.set(folder.replace("TP/NGSI-LD/", ""), cases);
    const passed = cases.filter((one) => one.passed).length;
    say(`${String(passed).padStart(4)} of ${String(cases.length).padStart(4)}  ${folder.replace("TP/NGSI-LD/", "")}`);
  }
  const known = knownFailures(join(root, "docs/conformance.md"));
  const all = [...found].flatMap(([folder, cases]) => cases.map((one) => ({ ...one, folder })));
  const wrong = all.filter((one) => !one.passed);
  const unknown = wrong.filter((one) => !known.has(one.name));
  if (wrong.length > 0) say("\nfailed:");
  for (const one of wrong) say(`  ${one.folder}: ${one.name}${known.has(one.name) ? " (known)" : ""}\n      ${one.why.replaceAll("\n", " ")}`);
  if (only.length === 0) {
    for (const name of known) if (all.some((one) => one.name === name && one.passed)) say(`known to fail, but passes: ${name}`);
  }
  say("");
  for (const group of GROUPS) {
    const cases = all.filter((one) => one.folder.startsWith(group));
    if (cases.length > 0) say(`${group}: ${cases.filter((one) => one.passed).length} passed, ${cases.filter((one) => !one.passed).length} failed`);
  }
  say(`${all.length - wrong.length} passed, ${wrong.length} failed, of which ${wrong.length - unknown.length} are known`);
  ended = unknown.length > 0 ? 1 : 0;
} finally {
  server?.child.kill("SIGTERM");
  broker?.stop();
  contexts?.stop();
  if (!process.argv.includes("--keep")) rmSync(scratch, { recursive: true, force: true });
  else say(`left in ${scratch}`);
}
process.exit(ended);
