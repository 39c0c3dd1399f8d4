// What a form does when something is wrong, when two people save, and when somebody presses twice.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { administrator, editor } from "../lib/people.mjs";
import { PHONE } from "../lib/town.mjs";

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const sender = (page, action) => page.locator(`form[action="${action}"] button[type="submit"]`).first();
const bodyOf = "明日の朝八時までに、集積所へ出してください。";

async function mistakes({ check, visitors }) {
  for (const [name, javaScript, Hand] of [["without JavaScript", false, Pointer], ["by keyboard alone", true, Keyboard]]) {
    await check(`a form that is wrong comes back with what was typed and the errors listed, ${name}`, async () => {
      const page = await visitors.arrive({ as: editor, javaScript });
      const hand = new Hand(page);
      await page.goto("/staff/pages/new");
      await hand.type(field(page, "texts.en.body"), bodyOf);
      await hand.type(field(page, "texts.en.title"), "Waste & <recycling>");
      await hand.type(field(page, "slug"), "what-was-typed");
      const [reply] = await Promise.all([
        page.waitForResponse((reply) => reply.request().method() === "POST"),
        hand.go(sender(page, "/staff/pages/new")),
      ]);
      assert.equal(reply.status(), 422);
      assert.match(await page.title(), /^エラー/, "the title says so first");
      const summary = page.locator(".summary-wrong");
      assert.ok(await summary.isVisible());
      if (javaScript) {
        assert.ok(await summary.evaluate((one) => one === document.activeElement), "the summary has the focus");
        await mustBeAccessible(page);
      }
      const links = summary.locator("li a");
      assert.ok(await links.count() >= 2, "the missing title and the missing text are listed");
      assert.equal(await field(page, "texts.en.body").inputValue(), bodyOf);
      assert.equal(await field(page, "texts.en.title").inputValue(), "Waste & <recycling>");
      assert.equal(await field(page, "slug").inputValue(), "what-was-typed");
      for (const link of await links.all()) {
        const target = await link.getAttribute("href");
        assert.equal(await page.locator(`${target}[aria-invalid="true"]`).count(), 1, `${target} is marked`);
      }
      const wrong = field(page, "texts.ja.title");
      const described = (await wrong.getAttribute("aria-describedby")).split(" ");
      const said = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
      assert.ok(said.some((text) => text.trim().length > 3), "the error is read with the field");
      if (javaScript) {
        await hand.press(links.first());
        const focused = await page.evaluate(() => `#${document.activeElement?.id}`);
        assert.equal(focused, await links.first().getAttribute("href"), "an entry leads to its field");
      }
    });
  }
  await check("a form that came back wrong fits a phone", async () => {
    const page = await visitors.arrive({ as: editor, size: PHONE });
    await page.goto("/staff/pages/new");
    await page.locator('form[action="/staff/pages/new"] button[type="submit"]').first().click();
    await page.locator(".summary-wrong").waitFor();
    await mustBeAccessible(page);
    const [wide, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= has, `${wide} px wide on ${has} px`);
  });
}

async function newPage(page, slug, title) {
  await page.goto("/staff/pages/new");
  await field(page, "texts.ja.title").fill(title);
  await field(page, "texts.ja.body").fill(bodyOf);
  await field(page, "slug").fill(slug);
  await sender(page, "/staff/pages/new").click();
  await page.waitForURL(/\/staff\/pages\/[0-9a-z]{26}/i);
  return new URL(page.url()).pathname;
}

async function twoClerks({ check, visitors }) {
  for (const [name, javaScript, Hand] of [["without JavaScript", false, Pointer], ["by keyboard alone", true, Keyboard]]) {
    await check(`two people save the same page: the second sees both versions, ${name}`, async () => {
      const first = await visitors.arrive({ as: editor, javaScript });
      const address = await newPage(first, `two-clerks-${javaScript ? "a" : "b"}`, "断水のお知らせ");
      const second = await visitors.arrive({ as: administrator, javaScript });
      await second.goto(address);
      await first.goto(address);
      await field(first, "texts.ja.title").fill("港地区の断水のお知らせ");
      await sender(first, address).click();
      await first.locator(".banner-success").waitFor();

      const hand = new Hand(second);
      await hand.type(field(second, "texts.ja.title"), "夜間の断水のお知らせ");
      const [reply] = await Promise.all([
        second.waitForResponse((reply) => reply.request().method() === "POST"),
        hand.go(sender(second, address)),
      ]);
      assert.ok([409, 412].includes(reply.status()), `${reply.status()}`);
      const both = await second.locator("main").innerText();
      assert.ok(both.includes("港地区の断水のお知らせ") && both.includes("夜間の断水のお知らせ"), "both versions are shown");
      if (javaScript) await mustBeAccessible(second);
      const mine = second.locator('input[type="radio"][name="texts.ja.title"]').and(second.locator('[value="夜間の断水のお知らせ"]'));
      await hand.tick(mine);
      await hand.go(second.locator("form.conflict button[type=submit]"));
      await second.locator(".banner-success").waitFor();
      await second.goto(address);
      assert.equal(await field(second, "texts.ja.title").inputValue(), "夜間の断水のお知らせ");
      assert.equal(await field(second, "texts.ja.body").inputValue(), bodyOf, "the rest stayed");
    });
  }
}

async function doublePress({ check, visitors, town }) {
  await check("pressing twice is one act", async () => {
    const page = await visitors.arrive({ as: editor });
    await page.goto("/staff/pages/new");
    await field(page, "texts.ja.title").fill("二度押しても一つ");
    await field(page, "texts.ja.body").fill(bodyOf);
    await field(page, "slug").fill("pressed-twice");
    await sender(page, "/staff/pages/new").dblclick();
    await page.waitForURL(/\/staff\/pages\/[0-9a-z]{26}/i);
    await page.goto("/staff/pages?show=draft");
    assert.equal(await page.locator('main tbody tr:has-text("/pages/pressed-twice")').count(), 1);
  });
  await check("the same form sent twice, as a browser without scripts would, is one act", async () => {
    const page = await visitors.arrive({ as: editor, javaScript: false });
    await page.goto("/staff/pages/new");
    const token = await page.locator('form[action="/staff/pages/new"] input[name="_token"]').inputValue();
    const form = { _token: token, rev: "0", "texts.ja.title": "同じ送信", "texts.ja.body": bodyOf, slug: "sent-twice", place: "100", department: await field(page, "department").inputValue() };
    const send = () => page.request.post("/staff/pages/new", { form, headers: { origin: town.origin }, maxRedirects: 0 });
    const replies = await Promise.all([send(), send()]);
    assert.deepEqual(replies.map((reply) => reply.status()), [303, 303]);
    assert.equal(replies[0].headers().location, replies[1].headers().location, "both lead to the one page");
    await page.goto("/staff/pages?show=draft");
    assert.equal(await page.locator('main tbody tr:has-text("/pages/sent-twice")').count(), 1);
  });
  await check("a button that was pressed says that it is at work and keeps the focus", async () => {
    const page = await visitors.arrive({ as: editor });
    await page.goto("/staff/pages/new");
    // The next page comes at once; what the button said in between is noted down by the page itself.
    await page.evaluate(() => {
      new MutationObserver(([seen]) => {
        sessionStorage.setItem("told", JSON.stringify({ said: seen.target.innerText, focused: document.activeElement === seen.target }));
      }).observe(document.querySelector("main"), { subtree: true, attributeFilter: ["aria-disabled"] });
    });
    await sender(page, "/staff/pages/new").click();
    await page.locator(".summary-wrong").waitFor();
    const told = JSON.parse(await page.evaluate(() => sessionStorage.getItem("told")));
    assert.match(told.said, /送信しています/);
    assert.ok(told.focused, "the focus stays");
  });
}

export default [
  { name: "forms that are wrong", run: mistakes },
  { name: "two people at once", run: twoClerks },
  { name: "pressing twice", run: doublePress },
];
