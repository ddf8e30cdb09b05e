// The service worker: tickets that were opened once, and the gate, open without network, also after a restart of the
// browser. Everything else goes to the network as if this file were not there: no other page of staff is ever kept,
// nothing that is posted, no answer of an API. `/offline.js` brings it; `keep.js` tells it what a page needs.
const PAGES = "pages-1", GATE = "gate-1", FILES = "files-1";
const MOST = { [PAGES]: 100, [GATE]: 4, [FILES]: 60 };
const TICKET = /^\/(id|en)\/pay\/(tickets|orders)\/[^/]+$/;
const SCANNER = /^\/(id|en)\/staff\/gate$/;
const LEAVING = /^\/(id|en)\/logout(-everywhere)?$/;
// A network that only seems to be there must not keep a queue waiting.
const PATIENCE_MS = 4000;

const shelf = (path) => (TICKET.test(path) ? PAGES : SCANNER.test(path) ? GATE : null);

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener("activate", (event) => event.waitUntil(taken()));

async function taken() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !(name in MOST)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && LEAVING.test(pathname)) event.waitUntil(caches.delete(GATE));
  if (request.method !== "GET") return;
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && shelf(pathname)) event.respondWith(page(event, shelf(pathname)));
});

/** Names of files carry their content's hash: what is kept is right. */
const file = async (request) => (await caches.match(request.url)) ?? fetch(request);

/** One copy for a page, however somebody came to it (`?from=...`). */
const place = (url) => url.split(/[?#]/)[0];

async function page(event, name) {
  const url = place(event.request.url);
  const asked = fetch(event.request).then((answer) => kept(event, name, url, answer));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([asked, late]).catch(() => null);
  if (answer && answer.status < 500) return answer;
  return (await caches.match(url)) ?? asked;
}

/** The newest answer replaces the kept one; a page that is gone is forgotten, a way to the login keeps nothing. */
function kept(event, name, url, answer) {
  if (answer.ok && !answer.redirected && answer.type === "basic") event.waitUntil(put(name, url, answer.clone()));
  if ([403, 404, 410].includes(answer.status)) event.waitUntil(caches.open(name).then((cache) => cache.delete(url)));
  return answer;
}

async function put(name, url, answer) {
  const cache = await caches.open(name);
  // Put again, it becomes the newest: the oldest goes first.
  await cache.delete(url);
  await cache.put(url, answer);
  for (const old of (await cache.keys()).slice(0, -MOST[name])) await cache.delete(old);
}

self.addEventListener("message", (event) => {
  const { page, files } = event.data ?? {};
  const name = page && shelf(new URL(page).pathname);
  if (!name || new URL(page).origin !== self.location.origin) return;
  event.waitUntil(keep(name, place(page), files).then((done) => event.ports[0]?.postMessage(done)));
});

/** Whether the page and all its files are here now. */
async function keep(name, page, files) {
  const wanted = files.filter((url) => new URL(url, page).pathname.startsWith("/static/"));
  const made = await Promise.allSettled([keepPage(name, page), ...wanted.map(keepFile)]);
  return made.every((one) => one.status === "fulfilled");
}

async function keepPage(name, url) {
  if (await (await caches.open(name)).match(url)) return;
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(`not kept: ${answer.status}`);
  await put(name, url, answer);
}

async function keepFile(url) {
  if (await caches.match(url)) return;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`not kept: ${answer.status}`);
  await put(FILES, url, answer);
}
