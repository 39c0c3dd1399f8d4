// The city as an identity provider, tried by a program that is not ours: `openid-client` from npm. Services are registered
// by clicking, people answer by clicking, and everything between program and city goes through that client.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import * as oidc from "openid-client";
import { administrator, approver, resident } from "../lib/people.mjs";
import { mustBeGood } from "../lib/page.mjs";

const done = (page) => page.locator(".banner-success");

/** A service of its own: somewhere to come back to. */
class Service {
  static async open() {
    const service = new Service();
    service.server = createServer((request, reply) => {
      service.heard.push(request.url);
      reply.setHeader("content-type", "text/html; charset=utf-8");
      reply.end("<!doctype html><html lang=ja><title>service</title><h1>service</h1>");
    });
    await new Promise((listening) => service.server.listen(0, "127.0.0.1", listening));
    service.origin = `http://localhost:${service.server.address().port}`;
    return service;
  }

  heard = [];

  get callback() {
    return `${this.origin}/callback`;
  }

  async close() {
    await new Promise((closed) => this.server.close(closed));
    this.server.closeAllConnections?.();
  }
}

/** An administrator fills in the form, an approver approves, and the secret is read from the page that shows it once. */
async function register(visitors, service, { name, proof = "secret", alg = "es256", keys = "", uses = ["sign_in", "refresh"] }, look = false) {
  const page = await visitors.arrive({ as: administrator });
  await page.goto("/staff/clients/new");
  if (look) await mustBeGood(page, "ja");
  await page.locator('[name="name"]').fill(name);
  await page.locator('[name="recipient"]').selectOption({ label: "市立図書館" }).catch(async () => {
    await page.locator('[name="recipient"]').selectOption({ index: 1 });
  });
  for (const use of ["sign_in", "refresh", "service"]) {
    await page.locator(`[name="uses"][value="${use}"]`).setChecked(uses.includes(use));
  }
  await page.locator('[name="purposes"][value="library"]').check();
  await page.locator(`[name="proof"][value="${proof}"]`).check();
  await page.locator(`[name="alg"][value="${alg}"]`).check();
  if (keys) await page.locator('[name="keys"]').fill(keys);
  await page.locator('[name="redirects"]').fill(service.callback);
  await page.locator('[name="logouts"]').fill(`${service.origin}/`);
  await page.locator('main form button[type="submit"]').first().click();
  await page.waitForURL(/\/staff\/clients\/[0-9A-Z]{26}/);
  const path = new URL(page.url()).pathname;
  assert.equal(await page.locator('form[action$="/approve"]').count(), 0, "nobody approves what they proposed");
  const second = await visitors.arrive({ as: approver });
  await second.goto(path);
  if (look) await mustBeGood(second, "ja");
  await second.locator('form[action$="/approve"] button').click();
  await done(second).first().waitFor();
  let secret = null;
  if (proof === "secret") {
    await page.goto(path);
    await page.locator('form[action$="/secret"] button').first().click();
    secret = (await page.locator("code.secret").innerText()).trim();
    if (look) await mustBeGood(page, "ja");
    await page.goto(path);
    assert.ok(!(await page.content()).includes(secret), "it is shown once");
  }
  await page.context().close();
  await second.context().close();
  return { id: path.split("/").at(-1), secret };
}

const insecure = { execute: [oidc.allowInsecureRequests] };

/** A person who has signed in at the city goes to the service and back; answers the address they came back with. */
async function through(page, address, answer = async () => {}) {
  await page.goto(address.href);
  await answer(page);
  await page.waitForURL((url) => url.pathname === "/callback");
  return new URL(page.url());
}

async function begin(config, service, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: service.callback,
    scope: "openid profile email",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...more,
  });
  return { address, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true } };
}

const decide = (word) => async (page) => {
  for (const choice of await page.locator(`main input[type="radio"][value="${word}"]`).all()) await choice.check();
  await page.locator('main form[action="/oauth/consent"] button[type="submit"]').first().click();
};

const refusedAs = (error) => (fault) => {
  assert.equal(fault.error ?? fault.cause?.error, error, `${fault}`);
  return true;
};

async function provider({ check, visitors, town }) {
  const service = await Service.open();
  const issuer = new URL(town.origin);
  try {
    let known;
    let config;
    await check("a service is registered by two people, by clicking", async () => {
      known = await register(visitors, service, { name: "読書記録サービス" }, true);
      config = await oidc.discovery(issuer, known.id, { id_token_signed_response_alg: "ES256" }, oidc.ClientSecretBasic(known.secret), insecure);
      assert.equal(config.serverMetadata().issuer, town.origin);
    });

    let tokens;
    let subject;
    const person = await visitors.arrive({ as: resident });
    await check("a person decides purpose by purpose, and the service learns what they gave", async () => {
      const { address, checks } = await begin(config, service);
      const back = await through(person, address, async (page) => {
        await mustBeGood(page, "ja");
        assert.equal(new URL(page.url()).pathname, "/oauth/authorize");
        await decide("given")(page);
      });
      tokens = await oidc.authorizationCodeGrant(config, back, checks);
      const claims = tokens.claims();
      subject = claims.sub;
      assert.match(claims.acr, /^urn:machiya:level:/);
      assert.ok(claims.at_hash && claims.auth_time);
      const info = await oidc.fetchUserInfo(config, tokens.access_token, subject);
      assert.ok(info.name, "the name was given");
      await assert.rejects(oidc.authorizationCodeGrant(config, back, checks), refusedAs("invalid_grant"));
      await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, subject), "a code shown twice ends its tokens");
    });

    await check("nobody is asked twice, unless the service wants it", async () => {
      const { address, checks } = await begin(config, service, { prompt: "none" });
      tokens = await oidc.authorizationCodeGrant(config, await through(person, address), checks);
      assert.equal(tokens.claims().sub, subject, "the same person under the same name");
      const stranger = await visitors.arrive();
      const silent = await begin(config, service, { prompt: "none" });
      const back = await through(stranger, silent.address);
      assert.equal(back.searchParams.get("error"), "login_required");
      await assert.rejects(oidc.authorizationCodeGrant(config, back, silent.checks), refusedAs("login_required"));
    });

    await check("somebody who has to sign in first is led on to the service afterwards", async () => {
      const page = await visitors.arrive();
      const { address, checks } = await begin(config, service, { ui_locales: "en" });
      await page.goto(address.href);
      assert.equal(new URL(page.url()).pathname, "/sign-in");
      await page.locator('form:has(input[name="part"][value="resident"]) button, button[name="part"][value="resident"]').first().click();
      await page.waitForURL((url) => url.pathname === "/callback");
      const again = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks);
      assert.equal(again.claims().sub, subject);
    });

    await check("a token opens what was granted to programs and nothing that people do for themselves", async () => {
      const ask = (path, token, more = {}) => fetch(`${town.origin}${path}`, { headers: { authorization: `Bearer ${token}` }, ...more });
      const unknown = await ask("/oauth/userinfo", "nonsense");
      assert.deepEqual([unknown.status, unknown.headers.get("www-authenticate")], [401, 'Bearer error="invalid_token"']);
      assert.equal((await ask("/api/v1/people/districts", "nonsense")).status, 401);
      assert.equal((await ask("/api/v1/people/districts", tokens.access_token)).status, 200);
      for (const path of ["/api/v1/people/me", "/api/v1/people/sessions"]) assert.equal((await ask(path, tokens.access_token)).status, 403, path);
      const ended = await ask("/api/v1/people/end_other_sessions", tokens.access_token, { method: "POST" });
      assert.equal(ended.status, 403);
      const page = await ask("/my", tokens.access_token, { redirect: "manual" });
      assert.equal(page.status, 303, "pages know no tokens");
      const before = await fetch(`${town.origin}/oauth/userinfo`, { method: "OPTIONS", headers: { origin: service.origin, "access-control-request-method": "GET", "access-control-request-headers": "authorization" } });
      assert.deepEqual([before.status, before.headers.get("access-control-allow-origin")], [204, "*"]);
      const info = await ask("/oauth/userinfo", tokens.access_token, { method: "POST" });
      assert.deepEqual([info.status, info.headers.get("cache-control"), info.headers.get("access-control-allow-origin")], [200, "no-store", "*"]);
      const wrong = await fetch(`${town.origin}/oauth/token`, { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials", client_id: known.id, client_secret: "wrong" }) });
      assert.deepEqual([wrong.status, (await wrong.json()).error], [401, "invalid_client"]);
    });

    await check("refresh tokens are replaced, and a used one ends them all", async () => {
      const second = await oidc.refreshTokenGrant(config, tokens.refresh_token);
      assert.notEqual(second.refresh_token, tokens.refresh_token);
      assert.equal((await oidc.fetchUserInfo(config, second.access_token, subject)).sub, subject);
      await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), refusedAs("invalid_grant"));
      await assert.rejects(oidc.refreshTokenGrant(config, second.refresh_token), refusedAs("invalid_grant"));
      assert.equal((await oidc.tokenIntrospection(config, second.access_token)).active, false);
    });

    await check("tokens are looked up and taken back", async () => {
      const { address, checks } = await begin(config, service);
      tokens = await oidc.authorizationCodeGrant(config, await through(person, address), checks);
      const state = await oidc.tokenIntrospection(config, tokens.access_token);
      assert.deepEqual([state.active, state.client_id, state.sub], [true, known.id, subject]);
      await oidc.tokenRevocation(config, tokens.refresh_token);
      assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
    });

    await check("withdrawing a consent ends what the service can read, and disconnecting ends the service", async () => {
      const { address, checks } = await begin(config, service, { prompt: "consent" });
      tokens = await oidc.authorizationCodeGrant(config, await through(person, address, decide("given")), checks);
      assert.ok((await oidc.fetchUserInfo(config, tokens.access_token, subject)).name);
      const other = await begin(config, service, { prompt: "consent" });
      await through(person, other.address, decide("refused"));
      assert.deepEqual(Object.keys(await oidc.fetchUserInfo(config, tokens.access_token, subject)), ["sub"]);
      await person.goto("/my/services");
      await mustBeGood(person, "ja");
      await person.locator(`form[action="/my/services/${known.id}/disconnect"] button`).click();
      await done(person).first().waitFor();
      await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, subject));
    });

    await check("a wrong address leads nobody anywhere, and a person can say no", async () => {
      service.heard.length = 0;
      const { address } = await begin(config, service, { redirect_uri: `${service.origin}/elsewhere` });
      const reply = await person.goto(address.href);
      assert.equal(reply.status(), 400);
      assert.equal(new URL(person.url()).origin, town.origin);
      assert.deepEqual(service.heard, []);
      const plain = await begin(config, service);
      plain.address.searchParams.delete("code_challenge");
      const back = await through(person, plain.address);
      assert.equal(back.searchParams.get("error"), "invalid_request", "without PKCE");
      const denied = await begin(config, service);
      const no = await through(person, denied.address, async (page) => page.locator('button[name="go"][value="deny"]').click());
      await assert.rejects(oidc.authorizationCodeGrant(config, no, denied.checks), refusedAs("access_denied"));
    });

    await check("a service that asks for RS256 gets it", async () => {
      const client = await register(visitors, service, { name: "古い予約システム", alg: "rs256" });
      const rs = await oidc.discovery(issuer, client.id, { id_token_signed_response_alg: "RS256" }, oidc.ClientSecretPost(client.secret), insecure);
      const { address, checks } = await begin(rs, service);
      const got = await oidc.authorizationCodeGrant(rs, await through(person, address, decide("refused")), checks);
      const [head] = got.id_token.split(".");
      assert.equal(JSON.parse(Buffer.from(head, "base64url")).alg, "RS256");
    });

    await check("a service with a key of its own needs no secret", async () => {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
      const keys = JSON.stringify({ keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: "own", alg: "ES256", use: "sig" }] });
      const client = await register(visitors, service, { name: "鍵のサービス", proof: "key", keys, uses: ["sign_in", "service"] });
      const auth = oidc.PrivateKeyJwt({ key: pair.privateKey, kid: "own" });
      const own = await oidc.discovery(issuer, client.id, { id_token_signed_response_alg: "ES256" }, auth, insecure);
      const alone = await oidc.clientCredentialsGrant(own);
      assert.equal(alone.scope, "purpose:library");
      const { address, checks } = await begin(own, service);
      const got = await oidc.authorizationCodeGrant(own, await through(person, address, decide("given")), checks);
      assert.ok((await oidc.fetchUserInfo(own, got.access_token, got.claims().sub)).name);
    });

    await check("signing out is asked first, and leads back to the service", async () => {
      const page = await visitors.arrive({ as: resident });
      const { address, checks } = await begin(config, service);
      const got = await oidc.authorizationCodeGrant(config, await through(page, address, decide("given")), checks);
      const out = oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: `${service.origin}/`, id_token_hint: got.id_token, state: "bye" });
      await page.goto(out.href);
      await mustBeGood(page, "ja");
      await page.locator('form[action="/oauth/logout/confirm"] button[type="submit"]').click();
      await page.waitForURL(`${service.origin}/?state=bye`);
      await assert.rejects(oidc.fetchUserInfo(config, got.access_token, got.claims().sub), "the session has ended, and its tokens");
      await page.goto("/my");
      assert.equal(new URL(page.url()).pathname, "/sign-in");
    });

    await check("staff see services, their use and the keys", async () => {
      const page = await visitors.arrive({ as: administrator });
      await page.goto("/staff/clients");
      await mustBeGood(page, "ja");
      assert.ok((await page.locator("main table").innerText()).includes("読書記録サービス"));
      await page.goto(`/staff/clients/${known.id}`);
      assert.ok((await page.locator("main").innerText()).includes("最後に使われた日時"));
      await page.goto("/staff/clients/keys");
      await mustBeGood(page, "ja");
      assert.ok((await page.locator("main table").innerText()).includes("ES256"));
    });
  } finally {
    await service.close();
  }
}

// Alone: the resident says yes to purposes here, and the pages of consent look at what waits for an answer.
export default [{ name: "the city as an identity provider for a foreign program", run: provider, alone: true }];
