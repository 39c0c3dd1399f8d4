// The second step of signing in, as an authenticator app on somebody's phone takes it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

/** What an authenticator app shows for a secret. */
export function number(secret, seconds = Date.now() / 1000) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((eight) => parseInt(eight, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** From the page that asks for a second factor: sets up an authenticator, and ends on the page with the codes for paper. */
export async function setUpAuthenticator(page, hand) {
  assert.equal(new URL(page.url()).pathname, "/sign-in/second");
  await hand.go(page.locator('main a[href^="/sign-in/totp"]'));
  const secret = await page.locator("main details code").textContent();
  await hand.type(page.locator('main [name="code"]'), number(secret));
  await hand.go(page.locator('main form[action="/sign-in/totp"] button[type="submit"]').first());
  assert.equal(await page.locator(".codes code").count(), 10, "codes for paper");
}
