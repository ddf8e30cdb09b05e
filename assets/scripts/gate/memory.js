// What the gate knows without network, in IndexedDB: it outlives the page, the browser and an empty battery.
//   known      one row per name: keys, revoked, refreshed (when both were fetched), skew, places
//   entries    who was let in here: {voucher, at, gate, nonce, until}
//   waiting    scans that the city has not answered yet: {nonce, token, at, gate, voucher}
//   conflicts  what the city said against an entry: {nonce, voucher, at, gate, outcome, used_at, used_gate}
const KEYS = { known: "name", entries: "voucher", waiting: "nonce", conflicts: "nonce" };

const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open("sewaka-gate", 1);
  asked.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(KEYS)) asked.result.createObjectStore(name, { keyPath });
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

/** One transaction over these stores: all of it is written, or nothing. `work` gets the stores by name. */
async function transaction(names, mode, work) {
  const running = (await opened).transaction(names, mode, { durability: "strict" });
  const answer = work(Object.fromEntries(names.map((name) => [name, running.objectStore(name)])));
  await new Promise((resolve, reject) => {
    running.oncomplete = resolve;
    running.onabort = running.onerror = () => reject(running.error);
  });
  return answer instanceof IDBRequest ? answer.result : answer;
}

export const all = (store) => transaction([store], "readonly", (stores) => stores[store].getAll());

export const find = (store, key) => transaction([store], "readonly", (stores) => stores[store].get(key));

export const put = (store, row) => transaction([store], "readwrite", (stores) => void stores[store].put(row));

export const remove = (store, key) => transaction([store], "readwrite", (stores) => void stores[store].delete(key));

export const known = async (name) => (await find("known", name))?.value;

export const learn = (name, value) => put("known", { name, value });

/** Let in without the city's word: the entry and what must be sent are written together. */
export const letIn = (scan, until) =>
  transaction(["entries", "waiting"], "readwrite", ({ entries, waiting }) => {
    entries.put({ voucher: scan.voucher, at: scan.at, gate: scan.gate, nonce: scan.nonce, until });
    waiting.put(scan);
  });

/** The city has answered a scan; what it said against it stays until somebody has read it. */
export const settle = (nonce, conflict) =>
  transaction(["waiting", "conflicts"], "readwrite", ({ waiting, conflicts }) => {
    waiting.delete(nonce);
    if (conflict) conflicts.put(conflict);
  });

/** Entries of tickets that are over by now (minutes since 1970) tell nobody anything. */
export async function forget(now) {
  for (const entry of await all("entries")) if (entry.until < now) await remove("entries", entry.voucher);
}
