// Who used my data: read by the person, asked about, answered by staff, watched over by those who check on the others.
import assert from "node:assert/strict";
import { Keyboard, Pointer } from "../lib/hands.mjs";
import { administrator, auditor, resident } from "../lib/people.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { PHONE } from "../lib/town.mjs";

const main = (page) => page.locator("main");
const done = (page) => page.locator(".banner-success");

async function download(page, link) {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
}

async function own({ check, visitors }) {
  await check("the record says who used what, what for, on what ground, and what was not given", async () => {
    const page = await visitors.arrive({ as: resident });
    await page.goto("/my");
    await page.locator('main a[href="/my/record"]').first().click();
    const told = await main(page).innerText();
    for (const words of ["市の職員", "ほかの人といっしょに使われました", "法律にもとづく", "渡していない"]) assert.ok(told.includes(words), words);
    const times = await page.locator("main table tbody tr th, main table tbody tr td:first-child").allInnerTexts();
    const sorted = [...times].sort().reverse();
    assert.deepEqual(times, sorted, "the newest first");
    await mustBeGood(page, "ja");
  });
  await check("filters narrow the list, by keyboard alone", async () => {
    const page = await visitors.arrive({ as: resident });
    await page.goto("/my/record");
    const hand = new Keyboard(page);
    await page.locator('main select[name="by"]').focus();
    await page.locator('main select[name="by"]').selectOption("house");
    await hand.go(page.locator('main form button[type="submit"]').first());
    const rows = page.locator("main table tbody tr");
    assert.ok((await rows.count()) > 0);
    for (const row of await rows.allInnerTexts()) assert.ok(row.includes("市のシステム"), row);
    await page.goto("/my/record?from=2099-01-01");
    assert.ok((await main(page).innerText()).includes("条件に合う記録はありません"));
  });
  await check("the record is taken away as a table and as JSON", async () => {
    const page = await visitors.arrive({ as: resident });
    await page.goto("/my/record");
    const table = await download(page, page.locator('main a[href*="format=csv"]'));
    assert.match(table.name, /\.csv$/);
    assert.ok(table.text.startsWith("\ufeff") && table.text.split("\r\n").length > 10);
    const json = await download(page, page.locator('main a[href*="format=json"]'));
    assert.ok(JSON.parse(json.text).uses.length > 10);
    assert.ok(!/person_no/.test(json.text), "numbers of people stay inside");
  });
  for (const [name, javaScript, Hand] of [["without JavaScript", false, Pointer], ["by keyboard alone", true, Keyboard]]) {
    await check(`a question about a use is asked, answered and read, ${name}`, async () => {
      const words = `なぜ必要だったのですか（${name}）`;
      const page = await visitors.arrive({ as: resident, javaScript, size: PHONE });
      const hand = new Hand(page);
      await page.goto("/my/record");
      await hand.go(page.locator('main table a[href$="/ask"]').first());
      if (javaScript) await mustBeGood(page, "ja");
      await hand.go(page.locator('main form button[type="submit"]').first());
      if (!javaScript) {
        await page.locator(".summary-wrong").waitFor();
        assert.match(await page.title(), /^エラー/, "an empty question is told to be empty");
      }
      await page.locator('main textarea[name="question"]').fill(words);
      await hand.go(page.locator('main form button[type="submit"]').first());
      await done(page).first().waitFor();
      assert.ok((await main(page).innerText()).includes(words));

      const staff = await visitors.arrive({ as: administrator, javaScript });
      await staff.goto("/staff/questions");
      await staff.locator("main table a", { hasText: words.slice(0, 20) }).first().click();
      assert.ok(!(await main(staff).innerText()).includes("杉浦"), "who asks is not shown");
      await staff.locator('main textarea[name="answer"]').fill("同じ名前の方がいたためです。");
      await staff.locator('main form button[type="submit"]').first().click();
      await done(staff).first().waitFor();

      await page.goto("/my/record/questions");
      assert.ok((await main(page).innerText()).includes("同じ名前の方がいたためです。"));
      if (javaScript) await mustBeGood(page, "ja");
    });
  }
}

async function watched({ check, visitors }) {
  await check("those who check on the others see who used data, and never whose", async () => {
    const page = await visitors.arrive({ as: auditor });
    await page.goto("/staff/uses");
    await mustBeGood(page, "ja");
    await page.goto("/staff/uses?many=1");
    for (const row of await page.locator("main table tbody tr").allInnerTexts()) assert.ok(row.includes("市のシステム"), row);
    const table = await download(page, page.locator("main a[download]").first());
    assert.ok(table.text.startsWith("\ufeff"));
  });
  await check("whoever was stopped goes on when another person has looked at it", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff");
    await page.locator('main a[href="/staff/uses/stopped"]').first().click();
    await mustBeGood(page, "ja");
    const form = page.locator('main form[action$="/lift"]').first();
    await form.locator('input[name="note"]').fill("検診の案内の準備と確かめた。");
    await form.locator('button[type="submit"]').click();
    await done(page).first().waitFor();
    assert.ok((await main(page).innerText()).includes("検診の案内の準備と確かめた。"));
  });
  await check("a limit is set for a day to come, and not for one that has passed", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/uses/limits");
    await mustBeGood(page, "ja");
    await page.locator('main input[name="people"]').fill("250");
    await page.locator('main input[name="from_on"]').fill("2001-01-01");
    await page.locator('main form button[type="submit"]').first().click();
    await page.locator(".summary-wrong").waitFor();
    await page.locator('main input[name="from_on"]').fill("2099-04-01");
    await page.locator('main form button[type="submit"]').first().click();
    await done(page).first().waitFor();
    assert.ok((await main(page).innerText()).includes("2099-04-01"));
  });
}

export default [
  { name: "who used my data", run: own },
  { name: "watching over uses of data", run: watched },
];
