// Small helps on top of pages that work without them. Each finds its own elements and does nothing where there are none.
import { countCharacters } from "./count";
import { openDialogs } from "./dialog";
import { focusResult } from "./focus";
import { closeMenus } from "./menu";
import { passkeys } from "./passkey";
import { pollFragments } from "./poll";
import { sendOnce } from "./send-once";
import { registerServiceWorker } from "./service-worker";
import { reachScrollFrames } from "./scroll-frame";
import { arrowKeysInTabs } from "./tabs";

for (const help of [
  focusResult, closeMenus, openDialogs, countCharacters, passkeys, sendOnce, arrowKeysInTabs, reachScrollFrames, pollFragments, registerServiceWorker,
]) {
  // One help that fails in an unknown browser must not take the others with it.
  try {
    help();
  } catch (error) {
    console.error(error);
  }
}
