// The service worker: public pages that were read once can be read again without a connection, and pushed notices are shown.
//
// Only pages served with `Cache-Control: public` are kept. What is about a person comes with `no-store` or `private` and never
// stays on a device that others may pick up.
const worker = self as unknown as ServiceWorkerGlobalScope;

const PAGES = "pages-1";
const FILES = "files-1";
const OFFLINE = "/offline";
const PAGES_KEPT_MAX = 60;
const FILES_KEPT_MAX = 30;
/** A slow network gets this long before a kept copy is shown. */
const NETWORK_MS = 4000;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepOffline().catch(() => undefined).then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== PAGES && name !== FILES) await caches.delete(name);
    await worker.clients.claim();
  })());
});

/** The offline page, and the styles, script and icon it names: their addresses carry hashes that this file cannot know. */
async function keepOffline(): Promise<void> {
  const reply = await fetch(OFFLINE, { cache: "reload" });
  if (!reply.ok) return;
  const text = await reply.clone().text();
  await (await caches.open(PAGES)).put(OFFLINE, reply);
  const files = [...text.matchAll(/(?:href|src)="(\/[^"?#]+\.(?:css|js|svg))"/g)].map((match) => match[1] ?? "");
  await (await caches.open(FILES)).addAll([...new Set(files)].filter(Boolean));
}

worker.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, request));
  else if (/\.(?:css|js|svg|png|webp|avif|jpg)$/.test(url.pathname)) event.respondWith(file(event, request));
});

async function page(event: FetchEvent, request: Request): Promise<Response> {
  const kept = await caches.open(PAGES);
  const network = fetch(request).then((reply) => {
    if (isPublic(reply)) event.waitUntil(keep(kept, request, reply.clone(), PAGES_KEPT_MAX));
    return reply;
  });
  const copy = await kept.match(request, { ignoreVary: true });
  if (!copy) return network.catch(async () => (await kept.match(OFFLINE)) ?? Response.error());
  // The late answer still refreshes the copy.
  event.waitUntil(network.then(() => undefined, () => undefined));
  return Promise.race([network, new Promise<Response>((resolve) => setTimeout(() => resolve(copy), NETWORK_MS))]).catch(() => copy);
}

async function file(event: FetchEvent, request: Request): Promise<Response> {
  const kept = await caches.open(FILES);
  try {
    const reply = await fetch(request);
    if (isPublic(reply)) event.waitUntil(keep(kept, request, reply.clone(), FILES_KEPT_MAX));
    return reply;
  } catch (error) {
    const copy = await kept.match(request);
    if (copy) return copy;
    throw error;
  }
}

function isPublic(reply: Response): boolean {
  return reply.status === 200 && !reply.redirected && /(?:^|,)\s*public\b/.test(reply.headers.get("Cache-Control") ?? "");
}

async function keep(cache: Cache, request: Request, reply: Response, max: number): Promise<void> {
  await cache.put(request, reply);
  const keys = (await cache.keys()).filter((key) => new URL(key.url).pathname !== OFFLINE);
  for (const old of keys.slice(0, Math.max(0, keys.length - max))) await cache.delete(old);
}

/** What a push message holds, as JSON. `receipt` is a signed address of our own that takes `{"event":"shown"|"opened"}`. */
interface Pushed {
  title?: string;
  body?: string;
  url?: string;
  tag?: string;
  lang?: string;
  receipt?: string;
  urgent?: boolean;
}

worker.addEventListener("push", (event) => {
  const pushed = (event.data?.json() ?? {}) as Pushed;
  event.waitUntil((async () => {
    await worker.registration.showNotification(pushed.title ?? "", {
      body: pushed.body ?? "",
      lang: pushed.lang ?? "ja",
      tag: pushed.tag ?? "",
      requireInteraction: pushed.urgent === true,
      data: { url: pushed.url, receipt: pushed.receipt },
    });
    await answer(pushed.receipt, "shown");
  })());
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, receipt } = (event.notification.data ?? {}) as Pushed;
  event.waitUntil((async () => {
    const target = new URL(url ?? "/", worker.location.origin);
    await Promise.all([
      answer(receipt, "opened"),
      worker.clients.openWindow(target.origin === worker.location.origin ? target.href : worker.location.origin),
    ]);
  })());
});

async function answer(receipt: string | undefined, what: "shown" | "opened"): Promise<void> {
  if (!receipt) return;
  const url = new URL(receipt, worker.location.origin);
  if (url.origin !== worker.location.origin) return;
  await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ event: what }) }).catch(() => undefined);
}
