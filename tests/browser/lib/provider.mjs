// An identity provider that is not ours: `oidc-provider` from npm with pages of its own, one button each for yes and no.
// It listens on 127.0.0.1, so that to the browser it is another site than the city on localhost.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export class OtherProvider {
  /** `clients` as in a registration; `account` is what the provider says of everybody who says yes. */
  static async start({ clients, account, port = 0 }) {
    const other = new OtherProvider();
    other.account = account;
    await new Promise((done) => {
      other.server = createServer((request, reply) => other.#answer(request, reply)).listen(port, "127.0.0.1", done);
    });
    other.issuer = `http://127.0.0.1:${other.server.address().port}`;
    other.register(clients);
    return other;
  }

  /** Knows these clients from now on, as after a registration. */
  register(clients) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid: `key-${Date.now()}` };
    this.provider = new Provider(this.issuer, {
      clients: clients.map((client) => ({ id_token_signed_response_alg: "ES256", ...client })),
      claims: { openid: ["sub"], profile: ["name", "birthdate"], email: ["email", "email_verified"], address: ["address"] },
      scopes: ["openid", "profile", "email", "address"],
      cookies: { keys: ["only for tests"] },
      enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
      features: { devInteractions: { enabled: false } },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...this.account }) }),
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      jwks: { keys: [key] },
      // Yes is yes to everything that was asked for.
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
        grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(" "));
        await grant.save();
        return grant;
      },
      pkce: { required: () => true },
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    });
    this.callback = this.provider.callback();
  }

  async #answer(request, reply) {
    try {
      if (!request.url.startsWith("/interaction/")) return this.callback(request, reply);
      const details = await this.provider.interactionDetails(request, reply);
      if (request.method === "GET") {
        reply.setHeader("content-type", "text/html; charset=utf-8");
        return reply.end(`<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><h1>${escaped(details.params.client_id)}</h1>
          <form method="post"><button name="say" value="yes">Yes</button><button name="say" value="no">No</button></form></html>`);
      }
      let body = "";
      for await (const piece of request) body += piece;
      const result = body.includes("say=yes") ? { login: { accountId: this.subject ?? "elsewhere-1" } } : { error: "access_denied", error_description: "no" };
      return await this.provider.interactionFinished(request, reply, result, { mergeWithLastSubmission: false });
    } catch (fault) {
      reply.statusCode = 400;
      return reply.end(String(fault));
    }
  }

  stop() {
    this.server?.closeAllConnections();
    return new Promise((done) => { this.server ? this.server.close(done) : done(); });
  }
}
