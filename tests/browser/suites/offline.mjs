// The portal on a phone's first screen, and without a connection.
import assert from "node:assert/strict";
import { mustBeAccessible } from "../lib/axe.mjs";
import { mustBeGood } from "../lib/page.mjs";
import { resident } from "../lib/people.mjs";
import { PHONE } from "../lib/town.mjs";

/** A visitor whose service worker is at work. */
async function settled(visitors, options = {}) {
  const page = await visitors.arrive({ size: PHONE, serviceWorkers: "allow", ...options });
  await page.goto("/");
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  });
  // The offline page is kept while installing; only now may the connection go.
  await page.waitForFunction(async () => (await caches.match("/offline")) !== undefined);
  return page;
}

async function goOffline(page) {
  page.isOffline = true;
  await page.context().setOffline(true);
}

async function offline({ check, visitors }) {
  await check("the manifest makes the portal installable", async () => {
    const page = await visitors.arrive();
    await page.goto("/");
    const href = await page.locator('link[rel="manifest"]').getAttribute("href");
    const reply = await page.request.get(href);
    assert.equal(reply.status(), 200);
    const manifest = await reply.json();
    assert.ok(manifest.name && manifest.short_name && manifest.start_url, "it has names and a start");
    assert.ok(["standalone", "minimal-ui"].includes(manifest.display));
    for (const size of ["192x192", "512x512"]) {
      const icon = manifest.icons.find((one) => one.sizes === size);
      assert.ok(icon, `there is an icon of ${size}`);
      const picture = await page.request.get(icon.src);
      assert.equal(picture.status(), 200);
      assert.equal(picture.headers()["content-type"], icon.type);
    }
    const cdp = await page.context().newCDPSession(page);
    const { errors } = await cdp.send("Page.getAppManifest");
    assert.deepEqual(errors, [], "the browser finds no fault with it");
  });
  await check("the page for when there is no connection is a good page itself", async () => {
    const page = await visitors.arrive();
    await page.goto("/offline");
    await mustBeGood(page, "ja");
  });
  await check("a page read before is read again without a connection", async () => {
    const page = await settled(visitors);
    await page.goto("/");
    await goOffline(page);
    await page.goto("/");
    assert.ok((await page.locator("h1").innerText()).trim());
    const styled = await page.locator(".header").evaluate((one) => getComputedStyle(one).borderTopWidth);
    assert.equal(styled, "4px", "with its styles");
  });
  await check("a page never read says so calmly, with its styles, and is accessible", async () => {
    const page = await settled(visitors);
    await goOffline(page);
    await page.goto("/pages/never-read");
    assert.match(await page.locator("h1").innerText(), /インターネット/);
    const styled = await page.locator(".button").first().evaluate((one) => getComputedStyle(one).borderTopLeftRadius);
    assert.notEqual(styled, "0px", "with its styles");
    await mustBeAccessible(page);
  });
  await check("what is about a person is not kept on the device", async () => {
    const page = await settled(visitors, { as: resident });
    await page.goto("/my");
    const kept = await page.evaluate(async () => {
      const out = [];
      for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) out.push(new URL(request.url).pathname);
      return out;
    });
    assert.ok(!kept.includes("/my"), kept.join(" "));
    await goOffline(page);
    await page.goto("/my");
    assert.match(await page.locator("h1").innerText(), /インターネット/);
  });
  await check("with the connection back, all is as before", async () => {
    const page = await settled(visitors);
    await goOffline(page);
    await page.goto("/pages");
    await page.context().setOffline(false);
    page.isOffline = false;
    await page.goto("/pages");
    assert.doesNotMatch(await page.locator("h1").innerText(), /インターネット/);
  });
}

export default [{ name: "offline", run: offline }];
