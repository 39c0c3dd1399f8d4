// Every page that each role can reach by links, from one template once: judged by axe in Japanese on a phone and a desktop and in
// the other languages at one width; headed, titled, within 320 px, and with a skip link that works by keyboard.
import assert from "node:assert/strict";
import { join } from "node:path";
import { mustBeAccessible } from "../lib/axe.mjs";
import { administrator, approver, auditor, editor, resident } from "../lib/people.mjs";
import { mustBeGood, mustBeWhole, mustFit, seen } from "../lib/page.mjs";
import { declared, templateOf } from "../lib/templates.mjs";
import { DESKTOP, PHONE, shots } from "../lib/town.mjs";

const STARTS = ["/", "/staff", "/my", "/developers", "/developers/kit"];
const PAGES_PER_ROLE_MAX = 300;
// Switches that lead back to where one came from, and files.
const SWITCHES = /^\/(preferences|sign-out)$/;

const linksOf = (page) => page.evaluate(() => [...document.querySelectorAll("a[href]:not([download])")]
  .map((link) => new URL(link.href, location.href))
  .filter((url) => url.origin === location.origin)
  .map((url) => {
    url.searchParams.delete("lang");
    return url.pathname + url.search;
  }));

/** Opens everything that leads on from `starts`, one page per template; `look` is handed each. */
async function walk(page, starts, look) {
  const waiting = starts.map((path) => ({ path, from: "the list of starts" }));
  const opened = new Set();
  while (waiting.length > 0 && opened.size < PAGES_PER_ROLE_MAX) {
    const { path, from } = waiting.shift();
    const { pathname } = new URL(path, "http://town");
    const template = templateOf(pathname);
    if (opened.has(template) || SWITCHES.test(pathname)) continue;
    opened.add(template);
    const links = await look({ template, path, from });
    for (const link of links ?? []) waiting.push({ path: link, from: path });
  }
  return opened;
}

const withLanguage = (path, lang) => {
  const url = new URL(path, "http://town");
  url.searchParams.set("lang", lang);
  return url.pathname + url.search;
};

const picture = (town, page, name, size) => town.options.shots
  ? page.screenshot({ path: join(shots, `${name}-${size}.png`), fullPage: true })
  : undefined;

/** A suite for one role. */
const pagesOf = (name, person) => async ({ check, town, visitors }) => {
  const page = await visitors.arrive({ as: person });
  const translated = [];
  const starts = person ? [person.start, ...STARTS] : STARTS;
  await walk(page, starts, async ({ template, path, from }) => {
    // A role's own first page is always looked at: it differs from role to role.
    const isNew = !seen.has(template) || path === person?.start || town.options.full;
    seen.add(template);
    let links;
    const open = async () => {
      await page.setViewportSize(DESKTOP);
      const reply = await page.goto(withLanguage(path, "ja"), { waitUntil: "load" }).catch((fault) => {
        // A file instead of a page: it has to come whole.
        if (String(fault).includes("Download is starting")) return page.request.get(path);
        throw fault;
      });
      const kind = reply.headers()["content-type"] ?? "";
      if (!kind.startsWith("text/html")) {
        assert.equal(reply.status(), 200, `${path} (linked from ${from}) answers`);
        return false;
      }
      // What one may not see is not linked; the starts are tried by everybody.
      if (STARTS.includes(path) && [401, 403].includes(reply.status())) return false;
      assert.equal(reply.status(), 200, `${path} (linked from ${from}) answers`);
      links = await linksOf(page);
      return templateOf(new URL(page.url()).pathname) === template;
    };
    if (!isNew) {
      await open().catch(() => undefined);
      return links;
    }
    await check(`${template} in Japanese at 1280, 375 and 320 px`, async () => {
      if (!(await open())) return;
      const file = `${name}-${template.replace(/[^\w]+/g, "_")}`;
      await mustBeGood(page, "ja", (width) => picture(town, page, file, width));
      translated.push({ template, path });
    });
    return links;
  });
  for (const lang of ["ja-x-easy", "en"]) {
    const other = await visitors.arrive({ as: person, lang });
    for (const { template, path } of translated) {
      await check(`${template} in ${lang}`, async () => {
        for (const size of town.options.full ? [PHONE, DESKTOP] : [lang === "en" ? DESKTOP : PHONE]) {
          await other.setViewportSize(size);
          await other.goto(withLanguage(path, lang));
          await mustBeWhole(other, lang);
          await mustBeAccessible(other);
        }
        await mustFit(other);
      });
    }
  }
};

async function menusAndDialogs({ check, town, visitors }) {
  const visitor = await visitors.arrive({ size: PHONE });
  await check("the menu of the portal opens, closes with Escape and is accessible", async () => {
    await visitor.goto("/");
    await visitor.locator("summary.menu-button").click();
    assert.ok(await visitor.locator(".menu-panel").isVisible(), "the menu is open");
    await mustBeAccessible(visitor);
    await picture(town, visitor, "menu-portal", "375");
    await visitor.keyboard.press("Escape");
    assert.ok(!(await visitor.locator(".menu-panel").isVisible()), "the menu is closed again");
  });
  await check("a dialog opens, holds the focus, closes with Escape and is accessible", async () => {
    await visitor.goto("/developers/kit");
    const opener = visitor.locator("[data-dialog]").first();
    await opener.click();
    const dialog = visitor.locator("dialog[open]");
    assert.ok(await dialog.isVisible(), "the dialog is open");
    await mustBeAccessible(visitor);
    assert.ok(await dialog.evaluate((one) => one.contains(document.activeElement)), "the focus is inside");
    await visitor.keyboard.press("Escape");
    assert.equal(await visitor.locator("dialog[open]").count(), 0, "the dialog is closed again");
    assert.ok(await opener.evaluate((one) => one === document.activeElement), "the focus is back where it was");
  });
  const clerk = await visitors.arrive({ as: editor, size: PHONE });
  await check("the menu of the staff console opens and is accessible", async () => {
    await clerk.goto("/staff");
    await clerk.locator("summary.menu-button").click();
    await mustBeAccessible(clerk);
    await picture(town, clerk, "menu-staff", "375");
  });
  await check("charts and their tables, and everything folded, are accessible when open", async () => {
    await visitor.goto("/developers/kit");
    await visitor.evaluate(() => { for (const one of document.querySelectorAll("main details")) one.open = true; });
    await mustBeAccessible(visitor);
  });
}

async function nothingForgotten({ check }) {
  await check("every page that a room declares was reached by somebody's links", async () => {
    const missed = declared.filter((path) => !seen.has(path) && !NOT_LINKED.has(path));
    assert.deepEqual(missed, [], "pages that no link leads to");
  });
}

// Pages that are no pages to look at.
const NOT_LINKED = new Map([
  ["/preferences", "answers by leading back"],
  ["/my/takeout/{id}", "a file, fetched by family.mjs"],
  ["/sign-in/with/{provider}", "leads on to the provider; walked by providers.mjs"],
  ["/sign-in/with/{provider}/back", "leads on from the provider; walked by providers.mjs"],
  ["/staff/import/{id}/progress", "a piece of a page, asked for by staff.mjs"],
]);

export default [
  { name: "pages of a visitor", run: pagesOf("visitor") },
  { name: "pages of a resident", run: pagesOf("resident", resident) },
  { name: "pages of an administrator", run: pagesOf("administrator", administrator) },
  { name: "pages of an editor", run: pagesOf("editor", editor) },
  { name: "pages of an approver", run: pagesOf("approver", approver) },
  { name: "pages of an auditor", run: pagesOf("auditor", auditor) },
  { name: "menus and dialogs", run: menusAndDialogs },
  { name: "pages", run: nothingForgotten, alone: true },
];
