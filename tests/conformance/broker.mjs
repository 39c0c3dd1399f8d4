// A stand-in for the suite's MQTT broker: Mosquitto on a port of its own, where it is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const PROGRAM = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].find(existsSync)
  ?? spawnSync("which", ["mosquitto"], { encoding: "utf8" }).stdout.trim();

const isFree = (port) => new Promise((done) => {
  const server = createServer();
  server.once("error", () => done(false));
  server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
});

export class Broker {
  port = 18_830;

  static async start(scratch) {
    const broker = new Broker();
    while (!(await isFree(broker.port))) broker.port += 1;
    if (!PROGRAM) {
      process.stdout.write("without Mosquitto (apt-get install mosquitto) the cases over MQTT fail\n");
      return broker;
    }
    // The suite speaks to the usual port and to another one.
    const listeners = [broker.port, ...((await isFree(1883)) ? [1883] : [])];
    const config = join(scratch, "mosquitto.conf");
    writeFileSync(config, `${listeners.map((port) => `listener ${port} 127.0.0.1`).join("\n")}\nallow_anonymous true\n`);
    broker.child = spawn(PROGRAM, ["-c", config], { stdio: "ignore" });
    return broker;
  }

  stop() {
    this.child?.kill();
  }
}
