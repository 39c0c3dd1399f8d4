// A private PostgreSQL cluster: made in a folder of its own on a free port, and taken away again.
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, chownSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const isRoot = process.getuid?.() === 0;

/** The folder with initdb and pg_ctl, the newest version if there are several. */
export const postgresFolder = () => {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(base, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
};

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** PostgreSQL refuses to run as root; then its own user runs it. */
const asPostgres = (command, args) => (isRoot ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", command, ...args]] : [command, args]);
const runAsPostgres = (command, args) => execFileSync(...asPostgres(command, args), { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", cwd: "/" });

/** A folder for everything that a run leaves behind; in memory, which is the fastest disk, unless it must be durable. */
export const newScratch = ({ durable = false } = {}) => {
  const roomy = (folder) => {
    try {
      accessSync(folder, constants.W_OK);
      const free = statfsSync(folder);
      return free.bavail * free.bsize > 3 * 1024 ** 3;
    } catch {
      return false;
    }
  };
  const folder = mkdtempSync(join(!durable && roomy("/dev/shm") ? "/dev/shm" : tmpdir(), "machiya-test-"));
  // The postgres user must be able to pass through.
  execFileSync("chmod", ["0711", folder]);
  return folder;
};

/** Ends whatever PostgreSQL still runs under the folder, and removes it. */
export const removeScratch = (folder) => {
  const folders = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  for (const one of folders.flatMap((place) => (statSync(place).isDirectory() ? readdirSync(place).map((name) => join(place, name)) : []))) {
    const pidFile = join(one, "postmaster.pid");
    if (existsSync(pidFile)) {
      try {
        process.kill(Number(readFileSync(pidFile, "utf8").split("\n")[0]), "SIGQUIT");
      } catch {
        // It has ended by itself.
      }
    }
  }
  // A test that was stopped half way may leave its small disk behind.
  for (const mounted of readFileSync("/proc/self/mounts", "utf8").split("\n").map((line) => line.split(" ")[1] ?? "")) {
    if (mounted.startsWith(`${folder}/`)) spawnSync("umount", ["--lazy", mounted]);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
};

const QUICK = ["-c wal_level=minimal", "-c max_wal_senders=0", "-c fsync=off", "-c full_page_writes=off", "-c synchronous_commit=off"];

export class Cluster {
  /** `durable`: as in a city, with fsync; `core`: pinned to one processor. */
  static async start({ scratch = null, durable = false, core = null } = {}) {
    const own = scratch === null;
    const folder = scratch ?? newScratch({ durable });
    const bin = postgresFolder();
    const data = join(folder, "postgres");
    mkdirSync(data, { mode: 0o700 });
    if (isRoot) {
      const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" })));
      chownSync(data, uid, gid);
    }
    runAsPostgres(join(bin, "initdb"), ["--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions", "--no-sync"]);
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const options = [
        `-p ${port}`, "-h 127.0.0.1", `-k ${data}`, "-c max_connections=400", "-c shared_buffers=128MB", "-c log_min_messages=fatal", ...(durable ? [] : QUICK),
      ].join(" ");
      const start = [join(bin, "pg_ctl"), "start", "--wait", "--timeout", "60", "--pgdata", data, "--log", join(data, "server.log"), "--options", options];
      const [command, ...args] = core === null ? start : ["taskset", "-c", core, ...start];
      try {
        runAsPostgres(command, args);
        return new Cluster({ bin, data, folder: own ? folder : null, address: `postgres://postgres@127.0.0.1:${port}/postgres` });
      } catch (fault) {
        const log = join(data, "server.log");
        if (attempt === 3) throw new Error(`PostgreSQL did not start: ${fault.stderr ?? fault}\n${existsSync(log) ? readFileSync(log, "utf8") : ""}`);
      }
    }
  }

  constructor(made) {
    Object.assign(this, made);
  }

  stop() {
    try {
      runAsPostgres(join(this.bin, "pg_ctl"), ["stop", "--mode", "immediate", "--wait", "--timeout", "20", "--pgdata", this.data]);
    } catch (fault) {
      process.stdout.write(`the PostgreSQL cluster did not stop cleanly: ${fault.stderr ?? fault}\n`);
    }
    if (this.folder) removeScratch(this.folder);
  }
}
