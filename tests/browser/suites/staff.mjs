// An administrator's day: lists read in with a preview, people invited and locked out, tables taken away as CSV.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { administrator, auditor, clerk, editor } from "../lib/people.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { setUpAuthenticator } from "../lib/second.mjs";
import { PHONE } from "../lib/town.mjs";

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const done = (page) => page.locator(".banner-success");
const BOM = "\ufeff";

const list = (code) => [
  "部署コード,部署名,上位部署コード,並び順,やさしい日本語,英語",
  `${code},川辺づくり課,03,90,川の そばの 課,Riverside Section`,
  `${code}1,川辺づくり係,${code},91,,`,
  ",名前だけの課,,,,",
].join("\r\n");

async function lists({ check, visitors }) {
  for (const [name, javaScript, Hand, code] of [["without JavaScript", false, Pointer, "0981"], ["by keyboard alone", true, Keyboard, "0982"]]) {
    await check(`departments are read in from a list, looked at and taken over, ${name}`, async () => {
      const page = await visitors.arrive({ as: administrator, javaScript });
      const hand = new Hand(page);
      await hand.go(page.locator('.console-side a[href="/staff/import"]'));
      await hand.tick(page.locator('input[name="kind"][value="departments"]'));
      await hand.attach(page.locator('input[type="file"]'), { name: "部署.csv", mimeType: "text/csv", buffer: Buffer.from(BOM + list(code)) });
      await hand.go(page.locator('form[action="/staff/import"] button[type="submit"]').first());
      const told = await page.locator("main").innerText();
      for (const words of ["川辺づくり課", "川辺づくり係", "名前だけの課"]) assert.ok(told.includes(words), `the preview shows ${words}`);
      if (javaScript) {
        await mustBeGood(page, "ja");
      }
      const here = new URL(page.url()).pathname;
      await page.goto(`${here}?only=wrong`);
      assert.ok(!(await page.locator("table").innerText()).includes("川辺づくり課"), "only what is wrong");
      await page.goto("/staff/departments");
      assert.ok(!(await page.locator("main").innerText()).includes(code), "nothing has been taken over yet");
      await page.goto(here);
      await hand.go(page.locator('main form[action$="/take-over"] button'));
      // Without scripts the page is looked at again by hand.
      for (let looked = 0; looked < 50 && (await done(page).count()) === 0; looked += 1) {
        await new Promise((wait) => setTimeout(wait, 200));
        if (!javaScript) await page.reload();
      }
      await done(page).first().waitFor();
      await page.goto("/staff/departments");
      const all = await page.locator("main table").innerText();
      assert.ok(all.includes(code) && all.includes(`${code}1`), "both are in the list");
      assert.ok(!all.includes("名前だけの課"), "what was wrong was left out");
    });
  }
  await check("a list in Shift_JIS is read as well", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/import");
    // 部署コード,部署名 / 0991,道の課
    const bytes = Buffer.from("9594 8f90 8352 815b 8368 2c 9594 8f90 96bc 0d0a 30 39 39 31 2c 93b9 82cc 89db 0d0a".replaceAll(" ", ""), "hex");
    await page.locator('input[type="file"]').setInputFiles({ name: "sjis.csv", mimeType: "text/csv", buffer: bytes });
    await page.locator('form[action="/staff/import"] button[type="submit"]').first().click();
    await page.waitForURL(/\/staff\/import\/[0-9a-z]{26}/i);
    assert.ok((await page.locator("main").innerText()).includes("道の課"));
  });
  await check("a file that is no list is answered on the page, with what to do", async () => {
    const page = await visitors.arrive({ as: administrator, size: PHONE });
    await page.goto("/staff/import");
    await page.locator('input[type="file"]').setInputFiles({ name: "photo.csv", mimeType: "text/csv", buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]) });
    await page.locator('form[action="/staff/import"] button[type="submit"]').first().click();
    await page.locator(".summary-wrong").waitFor();
    assert.match(await page.title(), /^エラー/);
    await mustBeAccessible(page);
  });
  await check("a preview fits a phone", async () => {
    const page = await visitors.arrive({ as: administrator, size: PHONE });
    await page.goto("/staff/import");
    await page.locator('input[type="file"]').setInputFiles({ name: "部署.csv", mimeType: "text/csv", buffer: Buffer.from(list("0983")) });
    await page.locator('form[action="/staff/import"] button[type="submit"]').first().click();
    await page.waitForURL(/\/staff\/import\/[0-9a-z]{26}/i);
    await mustBeGood(page, "ja");
    await page.locator('main form[action$="/discard"] button').click();
    await done(page).waitFor();
  });
}

async function newClerk(page, mail) {
  await page.goto("/staff/people/new");
  await field(page, "name").fill("試見 あきら");
  await field(page, "mail").fill(mail);
  await page.locator('input[name="roles"][value="editor"]').check();
  await page.locator('form[action="/staff/people/new"] button[type="submit"]').first().click();
  await page.waitForURL(/\/staff\/people\/[0-9a-z]{26}/i);
  return new URL(page.url()).pathname;
}

/** Presses "invite" and answers the address that was shown once. */
async function invited(page) {
  await page.locator('main form[action$="/invite"] button').click();
  await page.waitForLoadState();
  const told = `${await page.locator("main").innerText()} ${(await page.locator("main input").evaluateAll((all) => all.map((one) => one.value))).join(" ")}`;
  const found = told.match(/\/sign-in\/link\/[\w-]+/);
  assert.ok(found, "the link is shown");
  return found[0];
}

/** From an open link to the desk: the first time, a second factor is set up on the way. */
async function comesIn(page) {
  const hand = new Pointer(page);
  await hand.go(page.locator('main form[action^="/sign-in/link/"] button'));
  await setUpAuthenticator(page, hand);
  await page.goto("/staff");
  assert.equal(new URL(page.url()).pathname, "/staff");
}

async function accounts({ check, visitors }) {
  await check("a new colleague is invited, and the link works once", async () => {
    const page = await visitors.arrive({ as: administrator });
    await newClerk(page, "invited@machiya.example");
    const link = await invited(page);
    await mustBeAccessible(page);
    const colleague = await visitors.arrive();
    assert.equal((await colleague.goto(link)).status(), 200);
    await mustBeGood(colleague, "ja");
    await colleague.goto(link);
    await comesIn(colleague);
    const second = await visitors.arrive({ size: PHONE });
    assert.equal((await second.goto(link)).status(), 404);
    await mustBeAccessible(second);
  });
  await check("whoever is locked is out with the next press, and gets in again only when unlocked", async () => {
    const page = await visitors.arrive({ as: administrator });
    const address = await newClerk(page, "locked@machiya.example");
    const link = await invited(page);
    const colleague = await visitors.arrive();
    await colleague.goto(link);
    await comesIn(colleague);
    await page.goto(address);
    await page.locator('main form[action$="/lock"] button').click();
    await done(page).waitFor();
    await colleague.goto("/staff/pages");
    assert.equal(new URL(colleague.url()).pathname, "/sign-in", "the open session is over");
    await page.goto(address);
    await page.locator('main form[action$="/unlock"] button').click();
    await done(page).waitFor();
    const again = await invited(page);
    await colleague.goto(again);
    await new Pointer(colleague).go(colleague.locator('main form[action^="/sign-in/link/"] button'));
    assert.equal(new URL(colleague.url()).pathname, "/sign-in/second", "the link is the first step; the second is still theirs");
  });
  await check("one's own sessions are listed, and another one is ended from here", async () => {
    const here = await visitors.arrive({ as: clerk });
    const there = await visitors.arrive({ as: clerk });
    await here.goto("/my/sessions");
    await here.locator('main form[action="/my/sessions/end-others"] button').click();
    await done(here).waitFor();
    await there.goto("/staff");
    assert.equal(new URL(there.url()).pathname, "/sign-in");
    await here.goto("/staff");
    assert.equal(new URL(here.url()).pathname, "/staff");
  });
}

async function files({ check, visitors }) {
  const tables = [["/staff/people", administrator], ["/staff/departments", administrator], ["/staff/pages", editor], ["/staff/audit", auditor], ["/staff/rights", editor]];
  for (const [path, person] of tables) {
    await check(`the table of ${path} comes as a file that spreadsheets open`, async () => {
      const page = await visitors.arrive({ as: person });
      await page.goto(path);
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator("main a[download]").first().click()]);
      assert.match(download.suggestedFilename(), /\.csv$/);
      const chunks = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString("utf8");
      assert.ok(text.startsWith(BOM), "with a byte order mark");
      const lines = text.trim().split("\r\n");
      assert.ok(lines.length > 1, "with a heading and rows");
      assert.match(lines[0], /[\u3040-\u30ff\u4e00-\u9fff]/, "in Japanese");
      assert.ok(!/(^|,)[=+@]/m.test(text), "no cell begins a formula");
    });
  }
}

export default [
  { name: "lists from spreadsheets", run: lists },
  { name: "colleagues and their accounts", run: accounts },
  { name: "tables as files", run: files },
];
