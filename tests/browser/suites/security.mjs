// The security organisation: gaps on one page, naming somebody, an incident on its way, the knowledge check.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { Pointer } from "../lib/hands.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { administrator, clerk, editor } from "../lib/people.mjs";
import { setUpAuthenticator } from "../lib/second.mjs";
import { PHONE } from "../lib/town.mjs";

const field = (page, name) => page.locator(`[name="${name}"]:not([type="hidden"])`);
const done = (page) => page.locator(".banner-success");
const submit = (page, action) => page.locator(`form[action="${action}"] button[type="submit"]`).first().click();

async function security({ check, visitors }) {
  await check("where nobody answers stands on one page, and is filled there", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff");
    await page.locator('main a[href="/staff/security"]').first().click();
    const told = await page.locator("main").innerText();
    assert.ok(told.includes("学校図書館システム") && told.includes("税務システム"), "what is missing and what ends");
    await mustBeGood(page, "ja");
    await page.getByRole("link", { name: "学校図書館システム" }).click();
    const path = new URL(page.url()).pathname;
    await page.locator("details", { has: page.locator(`form[action="${path}/appoint"]`) }).locator("summary").click();
    await field(page, "mail").fill("nobody@machiya.example");
    await submit(page, `${path}/appoint`);
    await page.locator(".summary-wrong").waitFor();
    await field(page, "mail").fill("staff20@machiya.example");
    await submit(page, `${path}/appoint`);
    await done(page).waitFor();
    await mustBeGood(page, "ja");
    await page.goto("/staff/security");
    assert.ok(!(await page.locator("main").innerText()).includes("学校図書館システム"));
    const file = await page.request.get("/staff/security/assets?kind=system&format=csv");
    assert.ok((await file.text()).includes("学校図書館システム"));
    await page.goto("/staff/security/assets?kind=terminal");
    await mustBeGood(page, "ja");
  });

  await check("somebody of the staff reports an incident, on a phone and without JavaScript", async () => {
    const page = await visitors.arrive({ as: clerk, size: PHONE, javaScript: false });
    await page.goto("/staff/security/incidents/new");
    await field(page, "title").fill("不審なメールの添付を開いた");
    await field(page, "what").fill("開くと画面が一度消えた。ネットワークから外した。");
    await field(page, "asset").fill("無い番号");
    await page.locator('input[name="severity"][value="high"]').check();
    await submit(page, "/staff/security/incidents/new");
    await page.locator(".summary-wrong").waitFor();
    assert.equal(await field(page, "what").inputValue(), "開くと画面が一度消えた。ネットワークから外した。", "nothing typed is lost");
    await field(page, "asset").fill("T001");
    await submit(page, "/staff/security/incidents/new");
    await done(page).waitFor();
    const told = await page.locator("main").innerText();
    assert.ok(told.includes("CISO") && told.includes("市民課 窓口1番の端末"), "severe ones are with the CISO at once");
    await field(page, "note").fill("端末は情報政策課に渡した。");
    await submit(page, new URL(page.url()).pathname);
    await done(page).waitFor();
    assert.ok((await page.locator("main").innerText()).includes("情報政策課に渡した"));
    // Whom it does not concern does not read it.
    const stranger = await visitors.arrive({ as: editor });
    const reply = await stranger.goto(new URL(page.url()).pathname);
    assert.equal(reply.status(), 403);
  });

  await check("an incident and its form are good pages", async () => {
    const page = await visitors.arrive({ as: clerk });
    await page.goto("/staff/security/incidents");
    await mustBeGood(page, "ja");
    await page.locator("main table a").first().click();
    await mustBeGood(page, "ja");
    await page.goto("/staff/security/incidents/new");
    await mustBeAccessible(page);
  });

  await check("the knowledge check is taken, explained, and passed the second time", async () => {
    const page = await visitors.arrive({ as: editor });
    await page.goto("/staff");
    await page.locator('main a[href="/staff/security/check"]').click();
    await mustBeGood(page, "ja");
    const right = [1, 2, 0, 1, 2];
    const answer = async (answers) => {
      for (const [at, one] of answers.entries()) await page.locator(`input[name="answer_${at}"][value="${one}"]`).check();
      await submit(page, "/staff/security/check");
    };
    await page.locator('input[name="answer_0"][value="1"]').check();
    await submit(page, "/staff/security/check");
    await page.locator(".summary-wrong").waitFor();
    assert.ok(await page.locator('input[name="answer_0"][value="1"]').isChecked(), "what was chosen stays chosen");
    await answer([0, 0, 0, 0, 0]);
    await page.locator(".banner-warning").waitFor();
    assert.ok((await page.locator("main").innerText()).includes("正解:"), "right answers and reasons are told afterwards");
    await answer(right);
    await page.locator(".banner-success").first().waitFor();
    assert.equal(await page.locator('form[action="/staff/security/check"]').count(), 0, "who passed is not asked again");
    await mustBeGood(page, "ja");
  });

  await check("results are told by section, small ones together, and persons to the CISO alone", async () => {
    const page = await visitors.arrive({ as: administrator });
    await page.goto("/staff/security/checks");
    await mustBeGood(page, "ja");
    await page.locator("main table a").first().click();
    assert.ok((await page.locator("main").innerText()).includes("まとめて"));
    await mustBeGood(page, "ja");
    const people = await page.goto(`${new URL(page.url()).pathname}/people`);
    assert.equal(people.status(), 403);
    const results = new URL(page.url()).pathname.replace(/\/people$/, "");
    await page.goto("/staff/people");
    const hand = new Pointer(page);
    const vice = page.locator("main a", { hasText: "帆足 正道" });
    while ((await vice.count()) === 0) await hand.go(page.locator('nav a[href*="after="]').last());
    await hand.go(vice.first());
    await hand.go(page.locator('main form[action$="/invite"] button'));
    const link = await page.locator("main code").first().textContent();
    const ciso = await visitors.arrive({});
    const own = new Pointer(ciso);
    await ciso.goto(new URL(link).pathname);
    await own.go(ciso.locator('main form[action^="/sign-in/link/"] button'));
    await setUpAuthenticator(ciso, own);
    await ciso.goto(results);
    await own.go(ciso.locator('main a[href$="/people"]').first());
    assert.ok((await ciso.locator("main table tbody tr").count()) > 5, "everybody who was asked");
    await mustBeGood(ciso, "ja");
    await page.goto("/staff/security/questions");
    await mustBeGood(page, "ja");
    await page.locator("main table a").first().click();
    await mustBeGood(page, "ja");
  });
}

export default [{ name: "security", run: security }];
