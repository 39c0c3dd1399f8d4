// What every page has: languages, text size, ways in and out, and how much a first visit costs.
import assert from "node:assert/strict";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { administrator, editor, resident } from "../lib/people.mjs";
import { DESKTOP, PHONE } from "../lib/town.mjs";

const FIRST_LOAD_BYTES_MAX = 100 * 1024;
const tools = (page) => page.locator(".header-tools");

async function switches({ check, visitors }) {
  for (const [name, javaScript, Hand] of [["without JavaScript", false, Pointer], ["by keyboard alone", true, Keyboard]]) {
    await check(`the language is switched and stays, ${name}`, async () => {
      const page = await visitors.arrive({ javaScript });
      const hand = new Hand(page);
      await page.goto("/pages");
      const japanese = await page.locator("h1").innerText();
      await hand.go(tools(page).locator('a[hreflang="en"]'));
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      assert.equal(new URL(page.url()).pathname, "/pages", "one stays on the page");
      assert.notEqual(await page.locator("h1").innerText(), japanese);
      await page.goto("/");
      assert.equal(await page.locator("html").getAttribute("lang"), "en", "the next page is in English too");
      await hand.go(tools(page).locator('a[hreflang="ja-x-easy"]'));
      assert.equal(await page.locator("html").getAttribute("lang"), "ja-x-easy");
      assert.ok(await page.locator("ruby").count() > 0, "plain Japanese comes with readings");
      await hand.go(tools(page).locator('a[hreflang="ja"]'));
      assert.equal(await page.locator("html").getAttribute("lang"), "ja");
    });
    await check(`the text size is switched and stays, ${name}`, async () => {
      const page = await visitors.arrive({ javaScript });
      const hand = new Hand(page);
      await page.goto("/search?q=%E9%81%BF%E9%9B%A3");
      const size = () => page.locator("main").evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
      const normal = await size();
      await hand.go(tools(page).locator('a[href*="text=xlarge"]'));
      const url = new URL(page.url());
      assert.equal(url.pathname + url.search, "/search?q=%E9%81%BF%E9%9B%A3", "one stays on the page, with what was asked");
      assert.ok(await size() > normal * 1.3, "the text is larger");
      await page.goto("/");
      assert.ok(await size() > normal * 1.3, "the next page is larger too");
    });
  }
  await check("the browser's language is taken when nothing else was said", async () => {
    const page = await visitors.arrive({ lang: "en" });
    await page.goto("/");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
  });
  await check("the largest text fits a phone", async () => {
    const page = await visitors.arrive({ size: PHONE });
    await page.goto("/preferences?text=xlarge&back=/");
    for (const path of ["/", "/pages", "/sign-in"]) {
      await page.goto(path);
      const [wide, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(wide <= has, `${path} is ${wide} px wide on ${has} px`);
    }
  });
}

async function inAndOut({ check, visitors }) {
  for (const [name, javaScript, Hand] of [["without JavaScript", false, Pointer], ["by keyboard alone", true, Keyboard]]) {
    await check(`one signs in and out, ${name}`, async () => {
      const page = await visitors.arrive({ javaScript });
      const hand = new Hand(page);
      await page.goto("/");
      await hand.go(tools(page).locator('a[href^="/sign-in"]'));
      await hand.go(page.locator('form:has(input[name="part"][value="resident"]) button'));
      assert.equal(new URL(page.url()).pathname, "/my");
      await hand.go(tools(page).locator('form[action="/sign-out"] button'));
      assert.ok(await tools(page).locator('a[href^="/sign-in"]').isVisible(), "the way in is back");
      const reply = await page.goto("/my");
      assert.equal(new URL(page.url()).pathname, "/sign-in", `my page is closed again (${reply.status()})`);
    });
  }
  await check("a visitor who opens the staff desk is led to the way in, and back after it", async () => {
    const page = await visitors.arrive();
    await page.goto("/staff/pages");
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await page.locator('form:has(input[name="part"][value="editor"]) button').click();
    await page.waitForURL("**/staff/pages");
  });
  await check("a resident does not get into the staff console, and sees no way there", async () => {
    const page = await visitors.arrive({ as: resident });
    assert.equal(await page.locator('a[href^="/staff"]').count(), 0);
    for (const path of ["/staff", "/staff/pages", "/staff/departments", "/staff/audit", "/staff/jobs", "/staff/city"]) {
      const reply = await page.goto(path);
      assert.equal(reply.status(), 403, path);
      assert.ok((await page.locator("h1").innerText()).trim());
    }
  });
  await check("an editor sees only what an editor may", async () => {
    const page = await visitors.arrive({ as: editor });
    const links = await page.locator(".console-side a").evaluateAll((all) => all.map((one) => new URL(one.href).pathname));
    assert.ok(links.includes("/staff/pages"));
    for (const path of ["/staff/city", "/staff/jobs"]) {
      assert.ok(!links.includes(path), `${path} is not offered`);
      assert.equal((await page.goto(path)).status(), 403, path);
    }
  });
  await check("after signing out, the back button shows nothing of the staff console", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/audit");
    await page.locator('.header-tools form[action="/sign-out"] button').click();
    await page.waitForURL((url) => url.pathname === "/");
    await page.goBack();
    assert.equal(new URL(page.url()).pathname, "/sign-in");
  });
}

async function weight({ check, visitors }) {
  await check("a first visit to the home page takes at most 100 KB", async () => {
    const page = await visitors.arrive({ size: DESKTOP });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    const bytes = new Map();
    const names = new Map();
    cdp.on("Network.responseReceived", ({ requestId, response }) => names.set(requestId, response.url));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => bytes.set(requestId, encodedDataLength));
    await page.goto("/", { waitUntil: "networkidle" });
    const told = [...bytes].map(([id, size]) => `${new URL(names.get(id)).pathname} ${size}`);
    const sum = [...bytes.values()].reduce((a, b) => a + b, 0);
    console.log(`     first visit: ${sum} bytes (${told.join(", ")})`);
    assert.ok(bytes.size >= 3, "page, styles and script were counted");
    assert.ok(sum <= FIRST_LOAD_BYTES_MAX, `${sum} bytes: ${told.join(", ")}`);
    assert.ok([...names.values()].every((url) => new URL(url).origin === new URL(page.url()).origin), "nothing comes from elsewhere");
  });
  await check("styles and scripts are asked for once and kept", async () => {
    const page = await visitors.arrive();
    await page.goto("/");
    const css = await page.locator('link[rel="stylesheet"]').getAttribute("href");
    const reply = await page.request.get(css);
    assert.match(reply.headers()["cache-control"], /immutable/);
  });
}

export default [
  { name: "switches", run: switches },
  { name: "in and out", run: inAndOut },
  { name: "weight", run: weight },
];
