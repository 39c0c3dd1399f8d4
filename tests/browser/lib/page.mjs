// What every page must be, whoever sees it.
import assert from "node:assert/strict";
import { mustBeAccessible } from "./axe.mjs";
import { templateOf } from "./templates.mjs";
import { DESKTOP, NARROW, PHONE } from "./town.mjs";

/** Templates that somebody has looked at already: the next role does not look again. */
export const seen = new Set();

/** Headed, titled, in its language, and without words that the words do not know. */
export async function mustBeWhole(page, lang) {
  assert.equal(await page.locator("html").getAttribute("lang"), lang, "the page says its language");
  assert.equal(await page.locator("h1").count(), 1, "the page has one h1");
  assert.ok((await page.locator("h1").innerText()).trim(), "the h1 says something");
  assert.ok((await page.title()).trim().length > 1, "the page has a title");
  // A word that is not known is shown as its key; keys in code and in what people typed are no mistake.
  const raw = await page.locator("body").evaluate((body) => {
    const copy = body.cloneNode(true);
    for (const code of copy.querySelectorAll("code, pre, textarea")) code.remove();
    const rooms = "kit|ground|people|messages|machiya|developers|field|fault|done|menu|action|event|role|reach|setup|city|job|audit|rights";
    return copy.textContent.match(new RegExp(`(?<![\\w/.@-])(?:${rooms})-[a-z][a-z0-9_-]+(?![\\w/.@-])`))?.[0] ?? null;
  });
  assert.equal(raw, null, "every word is known");
}

/** The skip link is the first stop of Tab and leads past the header. */
export async function mustSkip(page) {
  // After a form comes back, the focus waits at what became of it; the skip link is then behind.
  if (await page.locator("[data-focus]").count() > 0) return;
  await page.evaluate(() => { window.scrollTo(0, 0); document.activeElement?.blur?.(); });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip", "Tab reaches the skip link first");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main", "the skip link leads to the main part");
}

/** Nothing scrolls sideways on the narrowest screens (WCAG 1.4.10). */
export async function mustFit(page) {
  await page.setViewportSize(NARROW);
  const wide = await page.evaluate(() => {
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return null;
    const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > page.clientWidth + 1);
    return `${page.scrollWidth} px: ${out.slice(0, 5).map((one) => `${one.tagName.toLowerCase()}.${one.className}`).join(", ")}`;
  });
  assert.equal(wide, null, "nothing reaches beyond 320 px");
}

/** All of it, at both widths, for a page that is open. `shoot` may take a picture at each. */
export async function mustBeGood(page, lang, shoot = async () => {}) {
  seen.add(templateOf(new URL(page.url()).pathname));
  const before = page.viewportSize();
  await page.setViewportSize(DESKTOP);
  await mustBeWhole(page, lang);
  await mustBeAccessible(page);
  await mustSkip(page);
  await shoot(DESKTOP.width);
  await page.setViewportSize(PHONE);
  await mustBeAccessible(page);
  await shoot(PHONE.width);
  await mustFit(page);
  await page.setViewportSize(before);
}
