// Rights: who may and why, policies by two, deputies, administrators by two.
import assert from "node:assert/strict";
import { administrator, auditor, editor } from "../lib/people.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { PHONE } from "../lib/town.mjs";

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const done = (page) => page.locator(".banner-success");
const main = (page) => page.locator("main").innerText();

async function why({ check, visitors }) {
  await check("who may do something is answered with roles, people and the right that lets them", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/rights/who");
    await field(page, "action").selectOption("messages.publish_page");
    await field(page, "department").selectOption("0203");
    await page.locator('form[action="/staff/rights/who"] button[type="submit"]').click();
    await page.waitForURL(/action=messages\.publish_page/);
    const told = await main(page);
    assert.match(told, /承認の担当 \(自分の部署\)/);
    assert.ok((await page.locator("main table tbody tr").count()) > 0, "somebody may");
    await mustBeGood(page, "ja");
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator('main a[href*="format=csv"]').click()]);
    assert.match(file.suggestedFilename(), /^who-may-.*\.csv$/);
  });
  await check("what a person may do is told on a phone, too, with what a policy forbids", async () => {
    const page = await visitors.arrive({ as: auditor, size: PHONE });
    await page.goto("/staff/rights/what");
    await field(page, "person").fill("auditor@machiya.example");
    await page.locator('form[action="/staff/rights/what"] button[type="submit"]').click();
    const told = await main(page);
    assert.match(told, /監査係は内容を変えない/);
    await mustBeGood(page, "ja");
    await field(page, "person").fill("nobody@machiya.example");
    await page.locator('form[action="/staff/rights/what"] button[type="submit"]').click();
    assert.match(await main(page), /職員のメールアドレス/);
    await mustBeGood(page, "ja");
  });
  await check("somebody without the right is not shown these pages", async () => {
    const page = await visitors.arrive({ as: editor });
    for (const path of ["/staff/rights/who", "/staff/policies", "/staff/policies/new", "/staff/admins"]) {
      const answer = await page.goto(path);
      assert.equal(answer.status(), 403, path);
    }
  });
}

async function policies({ check, visitors }) {
  await check("a policy is begun from a template, told what is wrong with it, tried out, saved and proposed", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/policies");
    await mustBeGood(page, "ja");
    await page.goto("/staff/policies/new?effect=forbid&role=clerk&action=people.teams");
    const form = page.locator('form[action="/staff/policies/new"][method="post"]');
    assert.match(await field(page, "cedar").inputValue(), /principal in Role::"clerk"/);
    await mustBeGood(page, "ja");
    await field(page, "name").fill("窓口はチームを見ない");
    const good = await field(page, "cedar").inputValue();
    await field(page, "cedar").fill(good.replace("people.teams", "people.flies"));
    await form.locator('button[type="submit"]').first().click();
    await page.locator(".summary-wrong").waitFor();
    assert.match(await main(page), /3行目/);
    await mustBeGood(page, "ja");
    await field(page, "cedar").fill(good);
    await field(page, "try_person").fill("clerk@machiya.example");
    await field(page, "try_action").selectOption("people.teams");
    await page.locator('button[name="_do"][value="try"]').click();
    const tried = await page.locator('main [role="status"] table').innerText();
    assert.match(tried, /いま[\s\S]*できる[\s\S]*この案のとおりになったら[\s\S]*できない/);
    await mustBeGood(page, "ja");
    await page.locator('main form[method="post"] button[type="submit"]:not([name])').first().click();
    await done(page).first().waitFor();
    assert.match(await main(page), /禁じる/);
    assert.match(await main(page), /窓口の担当/);
    await page.locator('form[action$="/propose"] button').click();
    await done(page).first().waitFor();
    assert.match(await main(page), /別の管理者の承認を待っています/);
    assert.equal(await page.locator('form[action$="/approve"]').count(), 0, "nobody approves their own");
    await mustBeGood(page, "ja");
  });
  await check("what a colleague proposed is approved, and retired again", async () => {
    const page = await visitors.arrive({ as: administrator, javaScript: false });
    await page.goto("/staff/policies");
    await page.locator("main table a", { hasText: "災害対策班" }).click();
    await page.locator('form[action$="/approve"] button').click();
    assert.match(await main(page), /効力あり/);
    await page.locator('form[action$="/retire"] button').click();
    assert.match(await main(page), /廃止/);
  });
}

async function staff({ check, visitors }) {
  await check("somebody names a deputy, both see it, and it is ended", async () => {
    const page = await visitors.arrive({ as: editor });
    await page.goto("/staff/deputies");
    await mustBeGood(page, "ja");
    const today = new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10);
    await field(page, "person").fill("staff30@machiya.example");
    await field(page, "from").fill(today);
    await field(page, "until").fill("2000-01-01");
    await page.locator('form[action="/staff/deputies"] button[type="submit"]').click();
    await page.locator(".summary-wrong").waitFor();
    await field(page, "until").fill(today);
    await page.locator('form[action="/staff/deputies"] button[type="submit"]').click();
    await done(page).first().waitFor();
    await page.goto("/staff");
    assert.match(await main(page), /があなたの代理です/);
    await page.goto("/staff/deputies");
    await page.locator('form[action$="/end"] button').first().click();
    await done(page).first().waitFor();
  });
  await check("deputies fit a phone", async () => {
    const page = await visitors.arrive({ as: administrator, size: PHONE });
    await page.goto("/staff/deputies");
    await mustBeGood(page, "ja");
    await page.goto("/staff/teams");
    await mustBeGood(page, "ja");
  });
  await check("a second administrator decides on a new one", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/admins");
    await mustBeGood(page, "ja");
    await page.locator('form[action$="/grant"] button').first().click();
    await done(page).first().waitFor();
    assert.match(await main(page), /管理者にした/);
  });
  await check("giving the administrator's role asks for a second word", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/people/new");
    await field(page, "name").fill("望月 まこと");
    await field(page, "mail").fill(`wants-${Date.now()}@machiya.example`);
    await page.locator('input[name="roles"][value="admin"]').check();
    await page.locator('form[action="/staff/people/new"] button[type="submit"]').first().click();
    await page.waitForURL(/\/staff\/people\/[0-9a-z]{26}/i);
    assert.match(await main(page), /ほかの管理者の承認を待っています/);
    assert.equal(await page.locator('input[name="roles"][value="admin"]').isChecked(), false);
  });
  await check("the record of acts is searched by person, action and day, and shows names", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/audit?actor=admin%40machiya.example&outcome=done");
    await mustBeGood(page, "ja");
    const row = await page.locator("main table tbody tr").first().innerText();
    assert.ok(!/[0-9A-Z]{26}/.test(row.split("\t")[1] ?? ""), "a name, not a number");
    await page.goto("/staff/audit?until=2001-01-01");
    assert.match(await main(page), /該当する記録はありません/);
    await page.goto("/staff/audit?actor=nobody%40machiya.example");
    assert.match(await main(page), /その職員は見つかりません/);
  });
}

export default [
  { name: "rights: who may, and why", run: why },
  { name: "rights: policies", run: policies },
  { name: "rights: deputies and administrators", run: staff },
];
