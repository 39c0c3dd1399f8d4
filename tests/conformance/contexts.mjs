// A stand-in for the hosts from which the suite fetches its @contexts: answers from the suite's own files.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";

export class Contexts {
  static async start(suite) {
    const folder = join(suite, "resources/jsonld-contexts");
    const names = readdirSync(folder).filter((name) => name.endsWith(".jsonld"));
    // Older addresses of the same vocabulary lead to its present file.
    const compound = names.find((name) => name.includes("compound")) ?? names[0];
    const server = createServer((request, reply) => {
      const asked = basename(new URL(request.url, "http://localhost").pathname);
      const name = names.includes(asked) ? asked : /ompound|testContext/.test(asked) ? compound : null;
      const path = name && join(folder, name);
      if (!path || !existsSync(path)) {
        reply.writeHead(404).end();
        return;
      }
      reply.writeHead(200, { "content-type": "application/ld+json" }).end(readFileSync(path));
    });
    await new Promise((done, wrong) => server.once("error", wrong).listen(0, "127.0.0.1", done));
    const contexts = new Contexts();
    contexts.port = server.address().port;
    contexts.stop = () => server.close();
    return contexts;
  }
}
