// Letters: a made-up city shows them to everybody, and staff see how they stand without seeing whose they are.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { administrator, clerk } from "../lib/people.mjs";
import { PHONE } from "../lib/town.mjs";

async function mail({ check, visitors }) {
  for (const lang of ["ja", "ja-x-easy", "en"]) {
    await check(`the outbox is found from the foot of the page in ${lang}`, async () => {
      const page = await visitors.arrive({ lang, size: PHONE });
      await page.goto("/");
      await page.locator('footer a[href="/outbox"]').click();
      await page.waitForURL("**/outbox");
      assert.ok(await page.locator("main li.card").count() >= 2, "letters from the first day");
      assert.match(await page.locator("main li.card").first().innerText(), /@/);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${over} px too wide`);
      await mustBeAccessible(page);
    });
  }
  await check("the queue shows how letters stand, and nobody's address", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/mail");
    const said = await page.locator("main").innerText();
    assert.match(said, /example\.jp/);
    assert.doesNotMatch(said, /@/);
    await page.goto("/staff/mail?state=refused");
    assert.doesNotMatch(await page.locator("main table").innerText(), /example\.jp/);
  });
  await check("other staff see no queue", async () => {
    const page = await visitors.arrive({ as: clerk });
    assert.equal((await page.goto("/staff/mail")).status(), 403);
  });
}

export default [{ name: "mail", run: mail }];
