// A page from the first word to a reader's vote: written in three languages, let out by somebody else, read, rated and found. Once
// without JavaScript, once by keyboard alone.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { approver, editor } from "../lib/people.mjs";

const WAYS = [
  { name: "without JavaScript", javaScript: false, Hand: Pointer, slug: "hotaru-yoi", rare: "蛍籠", other: "宵祭" },
  { name: "by keyboard alone", javaScript: true, Hand: Keyboard, slug: "yuki-akari", rare: "雪灯", other: "橇道" },
];

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const done = (page) => page.locator(".banner-success");

const journey = ({ javaScript, Hand, slug, rare, other }) => async ({ check, visitors }) => {
  const titles = { ja: `${rare}の夕べのご案内`, "ja-x-easy": `${rare}の まつりの おしらせ`, en: `An evening with ${slug}` };
  const bodies = {
    ja: `## 日時\n\n${other}は十一月二十日の夕方からです。\n\n- 雨のときは中止します\n- 持ち物はいりません\n\n| 場所 | 時刻 |\n| --- | --- |\n| 中央公園 | 17時 |`,
    "ja-x-easy": "## いつ\n\n十一月 二十日の 夕方からです。",
    en: "## When\n\nFrom the evening of 20 November.",
  };
  let address;

  await check("an editor writes a page in three languages", async () => {
    const page = await visitors.arrive({ as: editor, javaScript });
    const hand = new Hand(page);
    await hand.go(page.locator('.console-side a[href="/staff/pages"]'));
    await hand.go(page.locator('main a[href="/staff/pages/new"]'));
    for (const lang of ["ja", "ja-x-easy", "en"]) {
      await hand.type(field(page, `texts.${lang}.title`), titles[lang]);
      await hand.type(field(page, `texts.${lang}.body`), bodies[lang]);
    }
    await hand.type(field(page, "slug"), slug);
    await hand.go(page.locator('main form[action="/staff/pages/new"] button[type="submit"]').first());
    await done(page).waitFor();
    address = new URL(page.url()).pathname;
    assert.match(address, /^\/staff\/pages\/[0-9a-z]{26}$/i);
  });

  await check("nobody reads it before it is let out", async () => {
    const page = await visitors.arrive({ javaScript });
    const reply = await page.goto(`/pages/${slug}`);
    assert.equal(reply.status(), 404);
  });

  await check("whoever wrote it cannot let it out", async () => {
    const page = await visitors.arrive({ as: editor, javaScript });
    await page.goto(`${address}/release`);
    assert.equal(await page.locator(`form[action="${address}/publish"]`).count(), 0);
  });

  await check("an approver looks at it and lets it out", async () => {
    const page = await visitors.arrive({ as: approver, javaScript });
    const hand = new Hand(page);
    await hand.go(page.locator('.console-side a[href="/staff/pages"]'));
    await hand.go(page.locator(`main a[href="${address}"]`));
    await hand.go(page.locator(`main a[href="${address}/release"]`).first());
    await hand.go(page.locator(`form[action="${address}/publish"] button[type="submit"]`).first());
    await done(page).waitFor();
  });

  await check("everybody reads it, each in their language", async () => {
    for (const [lang, title] of Object.entries(titles)) {
      const page = await visitors.arrive({ javaScript });
      await page.goto(`/pages/${slug}?lang=${lang}`);
      assert.equal((await page.locator("h1").innerText()).trim(), title);
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
      if (javaScript) await mustBeAccessible(page);
    }
  });

  await check("a reader says that it helped, once", async () => {
    const page = await visitors.arrive({ javaScript });
    const hand = new Hand(page);
    await page.goto(`/pages/${slug}`);
    await hand.go(page.locator('button[name="helpful"][value="yes"]'));
    await done(page).waitFor();
    assert.equal(await page.locator('button[name="helpful"]').count(), 0, "it does not ask again at once");
  });

  await check("the vote is counted for the staff", async () => {
    const page = await visitors.arrive({ as: editor, javaScript });
    const reply = await page.goto(`${address}/votes`);
    assert.equal(reply.status(), 200);
    assert.match(await page.locator("main").innerText(), /1/);
  });

  await check("a word of two letters finds it", async () => {
    const page = await visitors.arrive({ javaScript });
    const hand = new Hand(page);
    await page.goto("/");
    for (const word of [rare, other]) {
      await hand.type(page.locator('main input[name="q"]'), word);
      await hand.go(page.locator('main form[role="search"] button[type="submit"]'));
      assert.equal(await page.locator(`main a[href="/pages/${slug}"]`).count(), 1, `${word} finds the page`);
    }
    await hand.go(page.locator(`main a[href="/pages/${slug}"]`));
    assert.equal((await page.locator("h1").innerText()).trim(), titles.ja);
  });
};

export default WAYS.map((way) => ({ name: `writing ${way.name}`, run: journey(way) }));
