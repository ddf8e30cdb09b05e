// A page with this script opens without network once it was opened with it (offline.js). What stands in its head and
// what the style sheet fetches is kept with it; `data-kept` is shown when that is done, `data-copy` on an old copy.
const OLD_MS = 2 * 60 * 1000;

async function keepPage() {
  await navigator.serviceWorker.register("/offline.js", { scope: "/", updateViaCache: "none" });
  const { active } = await navigator.serviceWorker.ready;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => data && show("[data-kept]");
  active.postMessage({ page: location.href.split("#")[0], files: files() }, [channel.port2]);
}

function files() {
  const named = document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], link[rel=preload]");
  const later = document.querySelectorAll("[data-keep]");
  return [...named, ...later].map((one) => one.dataset.keep ?? one.src ?? one.href).map((url) => new URL(url, location).href);
}

const show = (which) => document.querySelectorAll(which).forEach((one) => (one.hidden = false));

/** The page says when it was made: an old one comes from this device. */
function tellAge() {
  const made = Date.parse(document.querySelector("[data-made]")?.dateTime ?? "");
  if (Date.now() - made > OLD_MS) show("[data-copy]");
}

tellAge();
// Private windows and old browsers have no service worker: the page works all the same, with network.
if ("serviceWorker" in navigator) keepPage().catch(() => {});
