// `make bench`: builds the release, makes a private PostgreSQL cluster on the second core, measures, prints the table.
// `node bench/run.mjs --write` puts the table into docs/bench.md; `--quick` looks instead of measuring.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Cluster } from "../tests/cluster.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const build = spawnSync("cargo", ["build", "--release", "--locked", "--package", "machiya", "--package", "bench"], { cwd: root, stdio: "inherit" });
if (build.status !== 0) process.exit(1);

// Durable, as in a city: fsync stays on, and the files lie on a disk.
const cluster = await Cluster.start({ durable: true, core: "1" });
let table;
try {
  // The broker has a database of its own, so that what fills it slows nothing else.
  const broker = cluster.address.replace(/\/postgres$/, "/broker");
  execFileSync(join(cluster.bin, "psql"), [cluster.address, "--quiet", "--command", "create database broker"]);
  const args = ["-c", "1", join(target, "release/bench"), ...process.argv.slice(2).filter((arg) => arg === "--quick" || arg === "--broker")];
  table = execFileSync("taskset", args, {
    cwd: root,
    env: { ...process.env, MACHIYA_BENCH_POSTGRES: cluster.address, MACHIYA_BENCH_POSTGRES_BROKER: broker },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
} finally {
  cluster.stop();
}
process.stdout.write(table);
if (process.argv.includes("--write")) {
  const path = join(root, "docs/bench.md");
  const [before, rest] = readFileSync(path, "utf8").split("<!-- figures -->\n");
  const [, after] = rest.split("<!-- end of figures -->\n");
  const [cpu] = cpus();
  const machine = `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpu.model}.\n\n`;
  writeFileSync(path, `${before}<!-- figures -->\n${machine}${table}<!-- end of figures -->\n${after}`);
}
