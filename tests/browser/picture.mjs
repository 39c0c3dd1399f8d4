// Makes docs/portal.png, the picture in the README: the home page of the demonstration city on a desktop and a phone.
// `node tests/browser/picture.mjs` after a build.
import { statSync } from "node:fs";
import { join } from "node:path";
import { root, Server } from "./lib/server.mjs";
import { Town } from "./lib/town.mjs";

const BYTES_MAX = 300 * 1024;
const file = join(root, "docs/portal.png");

const server = await Server.start();
process.on("exit", () => server.stopNow());
const town = await Town.open(server);
try {
  const shoot = async (viewport) => {
    const page = await town.browser.newPage({ baseURL: server.origin, viewport, locale: "ja-JP", timezoneId: "Asia/Tokyo", serviceWorkers: "block" });
    await page.goto("/", { waitUntil: "networkidle" });
    const picture = await page.screenshot();
    await page.close();
    return `data:image/png;base64,${picture.toString("base64")}`;
  };
  const desktop = await shoot({ width: 1280, height: 940 });
  const phone = await shoot({ width: 375, height: 780 });
  const page = await town.browser.newPage({ viewport: { width: 1560, height: 960 } });
  await page.setContent(`
    <style>
      body { position: relative; height: 100vh; margin: 0; overflow: hidden; background: #e4edf6; }
      img { position: absolute; display: block; box-shadow: 0 12px 40px #00316a40; }
      .desktop { left: 40px; top: 40px; width: 1198px; border-radius: 12px; }
      .phone { right: 40px; bottom: 40px; width: 318px; border: 9px solid #14202e; border-radius: 34px; }
    </style>
    <img class="desktop" src="${desktop}"><img class="phone" src="${phone}">`);
  await page.screenshot({ path: file });
} finally {
  await town.close();
  await server.stop();
}
const { size } = statSync(file);
console.log(`${file}: ${size} bytes`);
if (size > BYTES_MAX) {
  console.error(`more than ${BYTES_MAX} bytes`);
  process.exitCode = 1;
}
