// `[data-poll-url]` takes a fragment of HTML from its own origin every few seconds, until the fragment holds `data-done`.

const SECONDS_DEFAULT = 5;
/** After this many failures in a row the asking ends; the reader can reload. */
const FAILURES_MAX = 6;

export function pollFragments(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-poll-url]")) void poll(place);
}

async function poll(place: HTMLElement): Promise<void> {
  const url = new URL(place.dataset.pollUrl ?? "", location.href);
  if (url.origin !== location.origin) return;
  const seconds = Math.max(1, Number(place.dataset.pollSeconds) || SECONDS_DEFAULT);
  let failures = 0;
  while (failures < FAILURES_MAX && place.isConnected) {
    // Each failure doubles the wait: a server in trouble is not helped by impatience.
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000 * 2 ** failures));
    if (document.hidden) continue;
    try {
      const reply = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "error" });
      if (!reply.ok) throw new Error(String(reply.status));
      const text = await reply.text();
      failures = 0;
      if (text !== place.dataset.pollLast) {
        place.dataset.pollLast = text;
        place.innerHTML = text;
      }
      if (place.querySelector("[data-done]")) return;
    } catch {
      failures += 1;
    }
  }
}
