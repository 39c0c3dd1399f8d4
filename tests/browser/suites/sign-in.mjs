// Coming in: codes by e-mail without scripts and by keyboard, passkeys with a virtual device, an authenticator, and staff who must set one up.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { administrator, resident } from "../lib/people.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { number, setUpAuthenticator } from "../lib/second.mjs";
import { PHONE } from "../lib/town.mjs";

const field = (page, name) => page.locator(`main [name="${name}"]:not([type="hidden"])`);
const submitOf = (page, action) => page.locator(`main form[action="${action}"] button[type="submit"]`).first();
const path = (page) => new URL(page.url()).pathname;

/** The newest code in the outbox of the demonstration city for this address. */
async function codeFor(visitors, mail) {
  const page = await visitors.arrive({});
  for (let looked = 0; looked < 20; looked += 1) {
    await page.goto("/outbox");
    const texts = await page.locator("main").innerText();
    const at = texts.indexOf(mail);
    const found = at < 0 ? null : /\b(\d{4}) (\d{4})\b/.exec(texts.slice(at)) ?? /\b(\d{4}) (\d{4})\b/.exec(texts);
    if (found) {
      await page.context().close();
      return found[1] + found[2];
    }
    await new Promise((wait) => setTimeout(wait, 200));
  }
  throw new Error(`no code for ${mail} in the outbox`);
}

async function askForCode(page, hand, mail) {
  await page.goto("/sign-in");
  await hand.type(field(page, "mail"), mail);
  await hand.go(submitOf(page, "/sign-in/code"));
  assert.equal(path(page), "/sign-in/code");
}

async function enter(page, hand, code) {
  await hand.type(field(page, "code"), code);
  await hand.go(submitOf(page, "/sign-in/code/enter"));
}

/** Makes an account and ends on the page that offers a passkey. */
async function join(page, hand, visitors, mail) {
  await askForCode(page, hand, mail);
  const code = await codeFor(visitors, mail);
  await enter(page, hand, `${code.slice(0, 4)} ${code.slice(4)}`);
  assert.equal(path(page), "/sign-in/welcome");
  await hand.type(field(page, "name"), "町屋 花子");
  await hand.tick(field(page, "agrees"));
  await hand.go(submitOf(page, "/sign-in/welcome"));
  assert.equal(path(page), "/sign-in/offer");
}

async function codes({ check, visitors }) {
  for (const [name, javaScript, Hand, mail] of [["without JavaScript", false, Pointer, "plain@new.example"], ["by keyboard alone", true, Keyboard, "keys@new.example"]]) {
    await check(`somebody new comes in by a code, and comes back, ${name}`, async () => {
      const page = await visitors.arrive({ javaScript, size: PHONE });
      const hand = new Hand(page);
      await askForCode(page, hand, mail);
      await enter(page, hand, "12");
      assert.equal(await page.locator(".field-error").count(), 1, "a wrong code is told");
      if (javaScript) await mustBeAccessible(page);
      await join(page, hand, visitors, mail);
      await page.goto("/my/security");
      assert.ok((await page.locator("main").innerText()).includes(mail));
      await page.goto("/my/sign-ins");
      assert.equal(await page.locator("main tbody tr").count(), 1, "what was tried before there was an account is nobody's");

      const later = await visitors.arrive({ javaScript });
      const again = new Hand(later);
      await askForCode(later, again, mail);
      await enter(later, again, await codeFor(visitors, mail));
      assert.equal(path(later), "/my");
    });
  }
  await check("every page of coming in is good on a phone and on a desk", async () => {
    for (const size of [PHONE, undefined]) {
      const page = await visitors.arrive(size ? { size } : {});
      await page.goto("/sign-in");
      await mustBeGood(page, "ja");
      await askForCode(page, new Pointer(page), size ? "phone@new.example" : "desk@new.example");
      await mustBeGood(page, "ja");
    }
    const newcomer = await visitors.arrive({});
    const hand = new Pointer(newcomer);
    await askForCode(newcomer, hand, "looks@new.example");
    await enter(newcomer, hand, await codeFor(visitors, "looks@new.example"));
    assert.equal(path(newcomer), "/sign-in/welcome");
    await mustBeGood(newcomer, "ja");
    await hand.type(field(newcomer, "name"), "町屋 見");
    await hand.tick(field(newcomer, "agrees"));
    await hand.go(submitOf(newcomer, "/sign-in/welcome"));
    await newcomer.goto("/my/security/mail");
    await hand.type(field(newcomer, "mail"), "looks-new@new.example");
    await hand.go(submitOf(newcomer, "/my/security/mail"));
    assert.equal(path(newcomer), "/my/security/mail/code");
    await mustBeGood(newcomer, "ja");
    const page = await visitors.arrive({ as: resident, size: PHONE });
    for (const place of ["/sign-in/again?back=/my/security", "/my/security", "/my/sign-ins", "/my/identity", "/my/identity?need=national&back=/my", "/my/security/mail", "/sign-in/totp", "/sign-in/offer"]) {
      await page.goto(place);
      await mustBeGood(page, "ja");
    }
  });
  await check("a page that asks for more proof leads to where it is shown, and never elsewhere", async () => {
    const page = await visitors.arrive({ as: resident });
    await page.goto("/my/identity?need=national&back=//evil.example/");
    const links = await page.locator("main a").evaluateAll((all) => all.map((one) => one.href));
    assert.ok(links.every((link) => !link.includes("evil")), "no way leads off the site");
  });
}

async function passkeys({ check, visitors }) {
  await check("a passkey is made, signs in, is named and can be removed", async () => {
    const page = await visitors.arrive({});
    const hand = new Pointer(page);
    const device = await page.context().newCDPSession(page);
    await device.send("WebAuthn.enable", { enableUI: false });
    const { authenticatorId } = await device.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    await join(page, hand, visitors, "passkey@new.example");
    await field(page, "label").fill("わたしの電話");
    await hand.go(submitOf(page, "/sign-in/new-passkey"));
    assert.equal(path(page), "/my");
    const { credentials } = await device.send("WebAuthn.getCredentials", { authenticatorId });
    assert.equal(credentials.length, 1);
    assert.equal(credentials[0].isResidentCredential, true, "the device can find it by itself");
    await page.goto("/my/security");
    assert.ok((await page.locator("main table").innerText()).includes("わたしの電話"));

    // Offered inside the field for the address; this device says yes at once.
    await page.context().clearCookies();
    await page.goto("/sign-in?back=/my/sign-ins");
    await page.waitForURL(/\/my\/sign-ins/);
    assert.ok((await page.locator("main tbody tr").first().innerText()).includes("パスキー"));

    // By the button. A device that does not know its person is refused by the browser, and the page says so.
    await page.context().clearCookies();
    await device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await page.goto("/sign-in");
    await page.locator('form[data-passkey="use"] button').click();
    await page.locator("[data-passkey-wrong]:visible").waitFor();
    await mustBeAccessible(page);
    await device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await Promise.all([page.waitForURL(/\/my$/), page.locator('form[data-passkey="use"] button').click()]);
    await page.goto("/my/security");
    await hand.go(page.locator('main form[action$="/remove"] button').first());
    assert.ok(!(await page.locator("main").innerText()).includes("わたしの電話"));
  });
}

async function secondFactors({ check, visitors }) {
  await check("an authenticator is set up, asked for, and a number opens once", async () => {
    const page = await visitors.arrive({ javaScript: false });
    const hand = new Pointer(page);
    await join(page, hand, visitors, "totp@new.example");
    await page.goto("/sign-in/totp");
    assert.equal(await page.locator(".qr svg").count(), 1);
    const secret = await page.locator("main details code").textContent();
    await hand.type(field(page, "code"), number(secret));
    await hand.go(submitOf(page, "/sign-in/totp"));
    const paper = await page.locator(".codes code").allInnerTexts();
    assert.equal(paper.length, 10);

    const later = await visitors.arrive({ javaScript: false });
    const again = new Pointer(later);
    await askForCode(later, again, "totp@new.example");
    await enter(later, again, await codeFor(visitors, "totp@new.example"));
    assert.equal(path(later), "/sign-in/second");
    await later.goto("/my");
    assert.equal(path(later), "/sign-in/second", "nothing of one's own before the second step");
    await later.goto("/sign-in/second?back=/my/identity");
    await again.type(field(later, "code"), "000000");
    await again.go(submitOf(later, "/sign-in/second"));
    assert.equal(await later.locator(".field-error").count(), 1);
    await again.type(field(later, "code"), paper[2]);
    await again.go(submitOf(later, "/sign-in/second"));
    assert.equal(path(later), "/my/identity");
  });
  await check("staff reach nothing before they have set up a second factor", async () => {
    const desk = await visitors.arrive({ as: administrator });
    await desk.goto("/staff/people/new");
    const hand = new Pointer(desk);
    await hand.type(field(desk, "name"), "入所 さくら");
    await hand.type(field(desk, "mail"), "sakura@machiya.example");
    await hand.go(submitOf(desk, "/staff/people/new"));
    await desk.goto("/staff/people");
    const found = desk.locator("main a", { hasText: "入所 さくら" });
    while ((await found.count()) === 0) await hand.go(desk.locator('nav a[href*="after="]').last());
    await hand.go(found.first());
    await hand.go(desk.locator('main form[action$="/invite"] button'));
    const link = await desk.locator("main code").first().textContent();

    const page = await visitors.arrive({ javaScript: false });
    const own = new Pointer(page);
    await page.goto(new URL(link).pathname);
    await own.go(page.locator('main form[action^="/sign-in/link/"] button'));
    assert.equal(path(page), "/sign-in/second");
    const looks = await visitors.arrive({});
    await looks.context().addCookies(await page.context().cookies());
    await looks.goto("/sign-in/second");
    await mustBeGood(looks, "ja");
    for (const place of ["/staff", "/staff/people", "/my", "/my/security"]) {
      await page.goto(place);
      assert.equal(path(page), "/sign-in/second", `${place} stays shut`);
    }
    await setUpAuthenticator(page, own);
    await page.goto("/staff");
    assert.equal(path(page), "/staff");
  });
  await check("staff see suspicious sign-ins and lock an account at once", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/sign-ins");
    await mustBeGood(page, "ja");
    const rows = await page.locator("main tbody tr").count();
    assert.ok(rows >= 8, "the demonstration city has something to look at");
    await page.goto("/staff/sign-ins?signal=counter_back");
    assert.equal(await page.locator("main tbody tr").count(), 1);
    const hand = new Pointer(page);
    await hand.go(page.locator('main form[action$="/lock"] button').first());
    await page.goto("/staff/sign-ins?signal=counter_back");
    await hand.go(page.locator('main form[action$="/unlock"] button').first());
    assert.equal(await page.locator(".banner-success").count(), 1);
  });
}

export default [
  { name: "sign-in: codes", run: codes },
  { name: "sign-in: passkeys", run: passkeys },
  { name: "sign-in: second factor", run: secondFactors },
];
