// Acting for others, profiles, taking one's data along, and leaving: with and without JavaScript, and by keyboard.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { resident } from "../lib/people.mjs";
import { PHONE } from "../lib/town.mjs";

const PAGES = ["/my", "/my/profile", "/my/family", "/my/family/acts", "/my/family/join", "/my/family/invite?asked=help_me", "/my/family/children/new", "/my/takeout", "/my/delete"];
const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const sender = (page, action) => page.locator(`form[action="${action}"] button[type="submit"]`).first();
const banner = (page) => page.locator(".banner", { hasText: "代わりに操作しています" });

async function looks({ check, visitors }) {
  for (const [name, size] of [["on a phone", PHONE], ["on a wide screen", undefined]]) {
    await check(`the pages about oneself and the family are accessible ${name}`, async () => {
      const page = await visitors.arrive({ as: resident, ...(size ? { size } : {}) });
      for (const path of PAGES) {
        const reply = await page.goto(path);
        assert.equal(reply.status(), 200, path);
        await mustBeAccessible(page);
        const [wide, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(wide <= has, `${path}: ${wide} px wide on ${has} px`);
      }
    });
  }
}

async function acting({ check, visitors }) {
  for (const [name, javaScript, Hand] of [["without JavaScript", false, Pointer], ["by keyboard alone", true, Keyboard]]) {
    await check(`a parent acts for a child, sees so on every page, and stops, ${name}`, async () => {
      const page = await visitors.arrive({ as: resident, javaScript });
      const hand = new Hand(page);
      await page.goto("/my/family");
      assert.equal(await banner(page).count(), 0);
      await hand.go(page.locator('#children ~ .buttons form[action^="/my/family/act/"] button').first());
      for (const path of ["/my", "/my/profile", "/"]) {
        await page.goto(path);
        assert.ok(await banner(page).isVisible(), `${path} says so`);
      }
      if (javaScript) await mustBeAccessible(page);
      await page.goto("/my/profile");
      await hand.type(field(page, "kana"), "こども テスト");
      await hand.go(sender(page, "/my/profile"));
      assert.match(page.url(), /changed=/, "what was changed is named");
      assert.equal(await field(page, "kana").inputValue(), "コドモ テスト");
      await hand.type(field(page, "kana"), "");
      await hand.go(sender(page, "/my/profile"));
      await hand.go(page.locator('form[action="/my/family/stop"] button'));
      assert.equal(await banner(page).count(), 0);
      await page.goto("/my/profile");
      assert.notEqual(await field(page, "kana").inputValue(), "", "one's own profile is as it was");
    });
  }
  await check("a child's consents are one step from one's own; pages about oneself say so, and nobody leaves by mistake", async () => {
    const page = await visitors.arrive({ as: resident, javaScript: false });
    const hand = new Pointer(page);
    await page.goto("/my/consents");
    await hand.go(page.locator('main form[action^="/my/family/act/"] button').first());
    assert.equal(new URL(page.url()).pathname, "/my/consents");
    assert.ok(await banner(page).isVisible());
    await page.goto("/my");
    assert.equal(await page.locator('main a[href="/my/services"]').count(), 0, "one's own services are not the child's");
    for (const path of ["/my/delete", "/my/takeout", "/my/security", "/my/sessions", "/my/family"]) {
      await page.goto(path);
      assert.match(await page.locator("body").innerText(), /このページは、あなた自身のものです/, path);
    }
    for (const path of ["/my/delete", "/my/takeout"]) {
      await page.goto(path);
      assert.equal(await page.locator(`main form[action="${path}"]`).count(), 0, `${path} is not pressed for somebody else`);
    }
    await hand.go(page.locator('form[action="/my/family/stop"] button'));
  });
  await check("a form that was opened for a child is not sent for oneself", async () => {
    const page = await visitors.arrive({ as: resident });
    await page.goto("/my/family");
    await page.locator('#children ~ .buttons form[action^="/my/family/act/"] button').first().click();
    await banner(page).waitFor();
    await page.goto("/my/profile");
    const other = await page.context().newPage();
    await other.goto("/my");
    await other.locator('form[action="/my/family/stop"] button').click();
    await other.waitForLoadState();
    const [reply] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), sender(page, "/my/profile").click()]);
    assert.equal(reply.status(), 403);
  });
}

async function profile({ check, visitors }) {
  await check("an address is found in any writing, or plainly not, and a wrong day comes back with what was typed", async () => {
    const page = await visitors.arrive({ as: resident, javaScript: false });
    await page.goto("/my/profile");
    const before = await field(page, "address").inputValue();
    await field(page, "address").fill("帆待市本町１ー２ー３　コーポ桜１０１");
    await field(page, "birth").fill("昭和99年1月1日");
    await sender(page, "/my/profile").click();
    assert.equal(await field(page, "birth").inputValue(), "昭和99年1月1日");
    assert.ok(await page.locator(".summary-wrong").isVisible());
    await field(page, "birth").fill("S60.4.1");
    await sender(page, "/my/profile").click();
    assert.equal(await field(page, "address").inputValue(), "本町一丁目2-3 コーポ桜101");
    assert.match(await page.locator("main").innerText(), /昭和60年/);
    await field(page, "address").fill("遠くの町 5番地");
    await sender(page, "/my/profile").click();
    assert.match(await page.locator("main").innerText(), /見つかりませんでした/);
    await field(page, "address").fill(before);
    await sender(page, "/my/profile").click();
  });
}

async function goods({ check, visitors }) {
  await check("data to take along is asked for and fetched as a ZIP", async () => {
    const page = await visitors.arrive({ as: resident });
    await page.goto("/my/takeout");
    await page.locator('main form[action="/my/takeout"] button').click();
    const link = page.locator('a[href^="/my/takeout/"]').first();
    for (let tries = 0; tries < 60 && (await link.count()) === 0; tries += 1) {
      await page.waitForTimeout(500);
      await page.goto("/my/takeout");
    }
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    assert.match(download.suggestedFilename(), /\.zip$/);
  });
  await check("an invitation shows its code once; leaving says what goes and what stays", async () => {
    const page = await visitors.arrive({ as: resident, javaScript: false });
    await page.goto("/my/family/invite?asked=household");
    await sender(page, "/my/family/invite").click();
    assert.match(await page.locator("main").innerText(), /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/);
    await page.goto("/my/family/join?code=0000-0000-0000");
    assert.match(await page.locator("main").innerText(), /使えません/);
    await page.goto("/my/delete");
    const text = await page.locator("main").innerText();
    assert.match(text, /消えるもの/);
    assert.match(text, /残るもの/);
    assert.match(text, /代わりに操作できる人がいなくなります/, "children would be alone");
  });
}

export default [
  { name: "family pages", run: looks },
  { name: "acting for others", run: acting, alone: true },
  { name: "profile", run: profile, alone: true },
  { name: "taking along and leaving", run: goods, alone: true },
];
