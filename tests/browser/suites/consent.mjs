// Consent: one switch for each purpose, without scripts and by keyboard; a purpose written by one and approved by another;
// a resident looked up with a reason, and served at the counter.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { administrator, approver, clerk, editor, resident } from "../lib/people.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { shots } from "../lib/town.mjs";

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const done = (page) => page.locator(".banner-success");
const entry = (page, code) => page.locator(`#p-${code}`);
const turn = (page, code) => entry(page, code).getByRole("switch");

/** Takes a picture at each width when pictures are asked for. */
const shooter = (visitors, page, name) => async (width) => {
  if (!visitors.town.options?.shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `consent-${name}-${width}.png`), fullPage: true });
};

async function switches({ check, visitors }) {
  for (const [name, javaScript, Hand, code] of [["without JavaScript", false, Pointer, "childcare"], ["by keyboard alone", true, Keyboard, "points-shop"]]) {
    await check(`a switch is turned off and on, ${name}`, async () => {
      const page = await visitors.arrive({ as: resident, javaScript });
      const hand = new Hand(page);
      await page.goto("/my/consents");
      const before = await turn(page, code).getAttribute("aria-checked");
      for (const wanted of before === "true" ? ["false", "true"] : ["true", "false"]) {
        await hand.go(turn(page, code));
        assert.equal(await turn(page, code).getAttribute("aria-checked"), wanted);
        await done(page).first().waitFor();
      }
      await page.goto(`/my/consents/${code}`);
      assert.ok((await page.locator("main table").innerText()).includes("同意をやめた"), "the history knows it");
    });
  }
  await check("what waits is answered with yes or no of the same weight", async () => {
    const page = await visitors.arrive({ as: resident, javaScript: false });
    await page.goto("/my");
    assert.ok((await page.locator("main").innerText()).includes("答えを待っている"), "my page says that something waits");
    await page.goto("/my/consents");
    const buttons = entry(page, "evacuation").locator("button");
    assert.equal(await buttons.count(), 2);
    const looks = await buttons.evaluateAll((all) => all.map((one) => one.className));
    assert.equal(looks[0], looks[1], "neither button stands out");
    await new Pointer(page).go(buttons.nth(1));
    assert.equal(await turn(page, "evacuation").getAttribute("aria-checked"), "false");
  });
  await check("a receipt is a file that names what was agreed to", async () => {
    const page = await visitors.arrive({ as: resident });
    for (const [path, link] of [["/my/consents", "/my/consents/receipts"], ["/my/consents/library", "/my/consents/library/receipt"]]) {
      await page.goto(path);
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`main a[href="${link}"]`).click()]);
      assert.match(download.suggestedFilename(), /\.jsonld$/);
      const chunks = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk);
      const receipt = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      assert.equal(receipt["@type"], "dpv:ConsentReceipt");
      const notice = receipt.records.at(-1).pii_processing[0].privacy_notice;
      const answer = await page.goto(new URL(notice).pathname);
      assert.equal(answer.status(), 200, "the notice that it names can be read");
    }
  });
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await check(`the switchboard and the page of a purpose are good in ${lang}`, async () => {
      const page = await visitors.arrive({ as: resident, lang });
      for (const [path, name] of [["/my", "my"], ["/my/consents", "board"], ["/my/consents/library", "one"], ["/purposes/library/1", "notice"]]) {
        await page.goto(path);
        await mustBeGood(page, lang, shooter(visitors, page, `${name}-${lang}`));
      }
    });
  }
}

async function everybody({ check, visitors }) {
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await check(`what data is used for is read without an account, in ${lang}`, async () => {
      const page = await visitors.arrive({ lang, javaScript: false });
      await page.goto("/");
      await new Pointer(page).go(page.locator('footer a[href="/purposes"]'));
      await new Pointer(page).go(page.locator('main a[href="/purposes/library/2"]'));
      await new Pointer(page).go(page.locator('main a[href="/my/consents/library"]'));
      assert.equal(new URL(page.url()).pathname, "/sign-in", "to decide, one signs in");
      const looked = await visitors.arrive({ lang });
      for (const path of ["/purposes", "/purposes/library/1"]) {
        await looked.goto(path);
        await mustBeGood(looked, lang);
      }
    });
  }
  await check("what a new version changes is told beside the question", async () => {
    const page = await visitors.arrive({ as: resident, javaScript: false });
    await page.goto("/my/consents/library");
    assert.match(await page.locator("main").innerText(), /前に答えた内容（第1版）から変わったこと[\s\S]*新しく渡す情報：関心のある分野/);
  });
  await check("nobody is led to consent inside a foreign page", async () => {
    const page = await visitors.arrive({ as: resident });
    const reply = await page.goto("/my/consents");
    assert.match(reply.headers()["content-security-policy"], /frame-ancestors 'none'/);
    assert.equal(reply.headers()["x-frame-options"], "DENY");
    // A page of somebody else's, with ours in a frame under its own words.
    const trap = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(`<h1>Win a prize</h1><iframe src="${visitors.town.origin}/my/consents"></iframe>`);
    });
    await new Promise((ready) => trap.listen(0, "127.0.0.1", ready));
    await page.goto(`http://localhost:${trap.address().port}/`);
    await page.waitForTimeout(500);
    trap.close();
    trap.closeAllConnections();
    const inside = page.frames().find((one) => one !== page.mainFrame());
    assert.equal(await inside.locator('[role="switch"]').count(), 0, "there is nothing to press");
    const refused = visitors.takeComplaints();
    assert.ok(refused.some((one) => /frame-ancestors|X-Frame-Options/i.test(one)), `the browser refused it: ${refused}`);
  });
}

async function write(page, hand, code) {
  await page.goto("/staff/purposes/new");
  await hand.type(field(page, "code"), code);
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await hand.type(field(page, `words.${lang}.name`), `案内 ${code}`);
    await hand.type(field(page, `words.${lang}.what_for`), "講座の案内を送るために使います。");
    if (lang !== "en") await hand.type(field(page, `words.${lang}.explained`), "月に1通までです。");
  }
  await hand.choose(field(page, "recipient"), { label: await page.locator('select[name="recipient"] option').nth(1).innerText() });
  await hand.tick(page.locator('input[name="attributes"][value="mail"]'));
  await hand.go(page.locator('main form:has([name="rev"]) button[type="submit"]').first());
  await done(page).first().waitFor();
}

async function purposes({ check, visitors }) {
  await check("a purpose is written by one and approved by another", async () => {
    const page = await visitors.arrive({ as: editor, javaScript: false });
    const hand = new Pointer(page);
    const code = "lessons";
    await write(page, hand, code);
    await hand.go(page.locator('main form[action$="/propose"] button'));
    assert.equal(new URL(page.url()).pathname, `/staff/purposes/${code}/propose`, "it is not whole yet");
    assert.ok((await page.locator("main").innerText()).includes("words.en.explained"), "what is missing is named");
    await page.goto(`/staff/purposes/${code}/edit`);
    await hand.type(field(page, "words.en.explained"), "At most one letter a month.");
    await hand.go(page.locator('main form:has([name="rev"]) button[type="submit"]').first());
    await hand.go(page.locator('main form[action$="/propose"] button'));
    await done(page).first().waitFor();
    assert.equal(await page.locator('main form[action$="/approve"]').count(), 0, "the writer cannot approve");
    const other = await visitors.arrive({ as: approver, javaScript: false });
    await other.goto(`/staff/purposes/${code}`);
    await new Pointer(other).go(other.locator('main form[action$="/approve"] button'));
    await done(other).first().waitFor();
    const me = await visitors.arrive({ as: resident });
    await me.goto("/my/consents");
    await entry(me, code).waitFor();
  });
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await check(`the pages of purposes and recipients are good in ${lang}`, async () => {
      const page = await visitors.arrive({ as: administrator, lang });
      const recipient = async () => {
        await page.goto("/staff/recipients");
        return page.locator("main table a").first().getAttribute("href");
      };
      const paths = [["/staff/purposes", "list"], ["/staff/purposes/walking", "proposed"], ["/staff/purposes/library", "purpose"], ["/staff/purposes/library/edit", "edit"],
        ["/staff/purposes/new", "new"], ["/staff/recipients", "recipients"], ["/staff/recipients/new", "recipient-new"], [await recipient(), "recipient"]];
      for (const [path, name] of paths) {
        await page.goto(path);
        await mustBeGood(page, lang, shooter(visitors, page, `${name}-${lang}`));
      }
    });
  }
}

async function counter({ check, visitors }) {
  const ask = async (page, hand, reason) => {
    await page.goto("/staff/residents");
    await hand.choose(field(page, "purpose"), "counter");
    await hand.tick(page.locator('input[name="why"][value="counter"]'));
    await hand.type(field(page, "reason"), reason);
    await hand.type(field(page, "kana"), "キクチ");
    await hand.type(field(page, "name"), "菊池 小春");
    await hand.go(page.locator('main form[action="/staff/residents"] button[type="submit"]').first());
  };
  await check("nobody is looked up without a reason; somebody who is found is opened and served", async () => {
    const page = await visitors.arrive({ as: clerk });
    const hand = new Pointer(page);
    await ask(page, hand, "");
    await page.locator(".summary-wrong").waitFor();
    await ask(page, hand, "転居届の受付のため");
    const open = page.locator('main table form[action^="/staff/residents/"] button').first();
    await open.waitFor();
    await mustBeGood(page, "ja", shooter(visitors, page, "found-ja"));
    await hand.go(open);
    await mustBeGood(page, "ja", shooter(visitors, page, "resident-ja"));
    const served = page.url();
    await hand.go(page.locator('main a[href^="/staff/mandates/new?person="]'));
    await mustBeGood(page, "ja", shooter(visitors, page, "mandate-ja"));
    await hand.type(field(page, "agent_mail"), "nobody@new.example");
    await hand.go(page.locator('main form[action="/staff/mandates/new"] button[type="submit"]').first());
    await page.locator(".summary-wrong").waitFor();
    await page.goto(served);
    await page.locator('main input[name="why"][value="counter"]').check();
    await hand.type(field(page, "reason"), "転居届の受付のため");
    await hand.go(page.locator('main form button[type="submit"]').first());
    const act = page.locator('main form[action$="/act"]');
    await hand.go(act.locator('button[type="submit"]'));
    assert.equal(new URL(page.url()).pathname, "/my/consents", "the switchboard is the person's now");
    assert.ok((await page.locator("body").innerText()).includes("菊池"), "every page says for whom");
    await page.goto("/my/record");
    assert.match(await page.locator("main table tbody tr").first().innerText(), /窓口で本人に代わって操作/, "serving somebody is a use");
    await page.goto("/staff/residents");
  });
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await check(`the search and the form on paper are good in ${lang}`, async () => {
      const page = await visitors.arrive({ as: clerk, lang });
      for (const [path, name] of [["/staff/residents", "search"], ["/staff/residents/new", "paper"]]) {
        await page.goto(path);
        await mustBeGood(page, lang, shooter(visitors, page, `${name}-${lang}`));
      }
    });
  }
}

export default [
  { name: "consent: switches", run: switches },
  { name: "consent: for everybody", run: everybody },
  { name: "consent: purposes", run: purposes },
  { name: "consent: counter", run: counter },
];
