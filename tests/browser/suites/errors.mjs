// Pages nobody wants to see: each says what happened and what to do, in the portal's own clothes.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { editor, resident } from "../lib/people.mjs";
import { PHONE } from "../lib/town.mjs";

async function mustHelp(page) {
  assert.equal(await page.locator("h1").count(), 1);
  assert.ok(await page.locator('main a[href="/"]').count() > 0, "a way home");
  assert.ok(await page.locator("header.header").isVisible(), "the portal's own clothes");
  await mustBeAccessible(page);
}

async function errors({ check, visitors }) {
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await check(`404 in ${lang}`, async () => {
      const page = await visitors.arrive({ lang, size: PHONE });
      const reply = await page.goto("/no/such/page");
      assert.equal(reply.status(), 404);
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
      await mustHelp(page);
    });
  }
  await check("a page of the city that is not there", async () => {
    const page = await visitors.arrive();
    assert.equal((await page.goto("/pages/no-such-page")).status(), 404);
    await mustHelp(page);
  });
  await check("403 for somebody who may not", async () => {
    const page = await visitors.arrive({ as: resident, size: PHONE });
    assert.equal((await page.goto("/staff")).status(), 403);
    await mustHelp(page);
  });
  await check("413 for a form that is too large", async () => {
    const page = await visitors.arrive({ as: editor });
    await page.goto("/staff/pages/new");
    await page.locator('[name="texts.ja.title"]').fill("大きすぎる");
    await page.locator('[name="slug"]').fill("too-large");
    // A script could take the limit of the field away; the server has its own.
    await page.locator('[name="texts.ja.body"]').evaluate((one) => { one.value = "大".repeat(500_000); });
    const [reply] = await Promise.all([
      page.waitForResponse((reply) => reply.request().method() === "POST"),
      page.locator('form[action="/staff/pages/new"] button[type="submit"]').first().click(),
    ]);
    assert.equal(reply.status(), 413);
    await page.waitForLoadState();
    await mustHelp(page);
  });
  await check("a form that another page sent is refused", async () => {
    const page = await visitors.arrive({ as: editor });
    await page.goto("/staff/pages/new");
    await page.locator('form[action="/staff/pages/new"] input[name="_token"]').evaluate((one) => { one.value = "made.up"; });
    const [reply] = await Promise.all([
      page.waitForResponse((reply) => reply.request().method() === "POST"),
      page.locator('form[action="/staff/pages/new"] button[type="submit"]').first().click(),
    ]);
    assert.equal(reply.status(), 403);
    await page.waitForLoadState();
    await mustHelp(page);
  });
  await check("an address that climbs is refused", async () => {
    const page = await visitors.arrive();
    const reply = await page.request.get("/assets/%2e%2e/%2e%2e/etc/passwd");
    assert.ok([400, 404].includes(reply.status()), `${reply.status()}`);
  });
}

export default [{ name: "errors", run: errors }];
