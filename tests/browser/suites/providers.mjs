// Coming in through a provider that is not ours: set up by an administrator, joined through, linked, said no to, gone.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { administrator, resident } from "../lib/people.mjs";
import { OtherProvider } from "../lib/provider.mjs";
import { PHONE } from "../lib/town.mjs";

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const done = (page) => page.locator(".banner-success");

/** Sets a provider up with the staff's own form; answers the address of its page. */
async function setUp(page, { slug, label, issuer, auth, secret, level, takes = {}, scopes }) {
  await page.goto("/staff/providers/new?preset=discovery");
  await field(page, "label").fill(label);
  await field(page, "slug").fill(slug);
  await field(page, "issuer").fill(issuer);
  await field(page, "client_id").fill("the-city");
  await page.locator(`input[name="auth"][value="${auth}"]`).check();
  if (secret) await field(page, "secret").fill(secret);
  await field(page, "scopes").fill(scopes);
  await page.locator(`input[name="level"][value="${level}"]`).check();
  for (const [place, claim] of Object.entries(takes)) await field(page, `take_${place}`).fill(claim);
  await page.locator('main form button[type="submit"]').last().click();
  await page.waitForURL(/\/staff\/providers\/[0-9a-z]{26}/i);
  return new URL(page.url()).pathname;
}

async function open(page, path) {
  await page.goto(path);
  await page.locator('input[name="state"][value="open"]').check();
  await page.locator('main form button[type="submit"]').last().click();
  await done(page).waitFor();
}

const say = (page, word) => page.locator(`button[name="say"][value="${word}"]`).click();

async function providers({ check, visitors, town }) {
  const secret = "a secret of thirty-two characters";
  let plain;
  let signed;
  let page;

  await check("an administrator sets a provider up, looks whether it is there, and opens it", async () => {
    page = await visitors.arrive({ as: administrator });
    plain = await OtherProvider.start({
      clients: [{ client_id: "the-city", client_secret: secret, redirect_uris: [`${town.origin}/sign-in/with/elsewhere/back`] }],
      account: { name: "余所 花", email: "elsewhere@example.jp", email_verified: true },
    });
    const path = await setUp(page, {
      slug: "elsewhere", label: "よその認証", issuer: plain.issuer, auth: "basic", secret, level: "mail", scopes: "openid profile email",
    });
    const told = await page.locator("main").innerText();
    assert.ok(told.includes(`${town.origin}/sign-in/with/elsewhere/back`), "the page tells what to register");
    assert.ok(!(await page.content()).includes(secret), "the secret is not shown again");
    await page.locator('form[action$="/try"] button').click();
    await done(page).waitFor();
    await mustBeGood(page, "ja");
    await open(page, path);
  });

  await check("somebody new comes in through it, and comes again", async () => {
    const visitor = await visitors.arrive();
    await visitor.goto("/sign-in");
    await visitor.locator('a[href^="/sign-in/with/elsewhere"]').click();
    await say(visitor, "yes");
    await visitor.waitForURL(/\/sign-in\/welcome/);
    assert.equal(await field(visitor, "name").inputValue(), "余所 花", "the name is taken over");
    await visitor.locator('input[name="agrees"]').check();
    await visitor.locator('main form button[type="submit"]').first().click();
    await visitor.waitForURL((url) => !url.pathname.startsWith("/sign-in/welcome"));
    await visitor.goto("/my/security");
    assert.ok((await visitor.locator("main").innerText()).includes("よその認証"));
    // Signed out, and in again without a page in between.
    await visitor.context().clearCookies();
    await visitor.goto("/sign-in?back=/my/security");
    await visitor.locator('a[href^="/sign-in/with/elsewhere"]').click();
    await say(visitor, "yes");
    await visitor.waitForURL(/\/my\/security/);
  });

  await check("saying no is heard gently", async () => {
    const visitor = await visitors.arrive({ size: PHONE });
    await visitor.goto("/sign-in");
    await visitor.locator('a[href^="/sign-in/with/elsewhere"]').click();
    await say(visitor, "no");
    await visitor.waitForURL(/\/sign-in\/with\/elsewhere\/back/);
    assert.ok((await visitor.locator("h1").innerText()).includes("取りやめ"));
    await mustBeAccessible(visitor);
    await visitor.goto("/my");
    assert.ok(new URL(visitor.url()).pathname.startsWith("/sign-in"), "nobody is signed in");
  });

  await check("an answer that was used, or begun elsewhere, is not taken", async () => {
    const visitor = await visitors.arrive();
    const answers = [];
    visitor.on("request", (request) => { if (request.url().includes("/elsewhere/back?")) answers.push(request.url()); });
    await visitor.goto("/sign-in");
    await visitor.locator('a[href^="/sign-in/with/elsewhere"]').click();
    await say(visitor, "yes");
    await visitor.waitForURL(/\/my/);
    assert.equal(answers.length, 1);
    const stranger = await visitors.arrive();
    for (const who of [visitor, stranger]) {
      const reply = await who.goto(answers[0]);
      assert.equal(reply.status(), 422);
      assert.ok((await who.locator("h1").innerText()).includes("やり直し"));
    }
    await stranger.goto("/my");
    assert.ok(new URL(stranger.url()).pathname.startsWith("/sign-in"));
  });

  await check("a resident links one that knows us by a key, which raises the level, without JavaScript", async () => {
    signed = await OtherProvider.start({ clients: [], account: { name: "国野 証", birthdate: "1980-04-01", address: { formatted: "帆待市北町1-2-3" } } });
    const path = await setUp(page, {
      slug: "by-key", label: "国のような認証", issuer: signed.issuer, auth: "key", level: "national", scopes: "openid profile address",
      takes: { birth: "birthdate", address: "address" },
    });
    const key = JSON.parse(await page.locator("dl code", { hasText: "kty" }).innerText());
    assert.ok(!("d" in key), "only the public half is shown");
    signed.register([{
      client_id: "the-city", token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key] }, redirect_uris: [`${town.origin}/sign-in/with/by-key/back`],
    }]);
    await open(page, path);
    const visitor = await visitors.arrive({ as: resident, javaScript: false });
    await visitor.goto("/my/security");
    await visitor.locator('form[action="/my/security/providers/by-key"] button').click();
    // The form's answer leads on by itself, to another site: no policy of ours is in the way.
    await visitor.waitForURL(new RegExp(`^${signed.issuer}/`));
    await say(visitor, "yes");
    await visitor.waitForURL(/\/my\/security/);
    await done(visitor).waitFor();
    await visitor.goto("/my/identity");
    assert.ok((await visitor.locator("main").innerText()).includes("国のような認証") || (await visitor.locator("main").innerText()).includes("by-key"));
    await visitor.goto("/my");
    assert.ok((await visitor.locator("main").innerText()).includes("国野 証"), "the national name stands in the profile");
  });

  await check("an address that has an account opens nothing by itself", async () => {
    plain.subject = "elsewhere-2";
    plain.account = { name: "別の人", email: "resident@machiya.example", email_verified: true };
    const visitor = await visitors.arrive();
    await visitor.goto("/sign-in");
    await visitor.locator('a[href^="/sign-in/with/elsewhere"]').click();
    await say(visitor, "yes");
    await visitor.waitForURL(/\/elsewhere\/back/);
    assert.ok((await visitor.locator("h1").innerText()).includes("すでにあります"));
    await mustBeAccessible(visitor);
    await visitor.goto("/my");
    assert.ok(new URL(visitor.url()).pathname.startsWith("/sign-in"));
  });

  await check("a provider that is gone gets a clear page, and others are not in its way", async () => {
    await plain.stop();
    // What was found is kept, so people are sent; an answer cannot be checked, though. A new provider that is not there is told at once.
    const path = await setUp(page, { slug: "gone", label: "なくなった認証", issuer: "http://127.0.0.1:9", auth: "public", level: "declared", scopes: "openid" });
    await page.locator('form[action$="/try"] button').click();
    await page.locator(".banner-error").waitFor();
    await open(page, path);
    const reply = await fetch(`${town.origin}/sign-in/with/gone`, { redirect: "manual" });
    assert.equal(reply.status, 502);
    assert.ok((await reply.text()).includes("サービスから返事がありません"));
  });

  await plain?.stop();
  await signed?.stop();
}

// Alone: the sign-in page shows what is set up here, and the resident that everybody plays gets another name.
export default [{ name: "providers", run: providers, alone: true }];
