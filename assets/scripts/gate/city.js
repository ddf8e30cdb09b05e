// What the gate asks of the city. Every call ends within a few seconds: a network that only seems to be there counts as
// none, and `Away` says so.
import { learn } from "./memory.js";

const PATIENCE_MS = { scan: 3000, other: 10000 };
const MOST_AT_ONCE = 50;

export class Away extends Error {}
export class LoggedOut extends Error {}

async function asked(url, wishes = {}, patience = PATIENCE_MS.other) {
  let answer;
  try {
    answer = await fetch(url, { ...wishes, signal: AbortSignal.timeout(patience) });
  } catch (failure) {
    throw new Away(String(failure));
  }
  if (answer.status >= 500 || answer.status === 429) throw new Away(`${answer.status}`);
  const told = Date.parse(answer.headers.get("Date") ?? "");
  // Answers of the city carry its clock, to the second; a cached one would carry an old one.
  if (told && wishes.method === "POST") await learn("skew", told - Date.now());
  return answer;
}

/** JSON of the city's; the page of a hotel's network, which answers everything, counts as no network. */
async function told(answer) {
  if (!answer.ok) throw new Away(`${answer.status}`);
  return answer.json().catch((failure) => {
    throw new Away(String(failure));
  });
}

/** Keys and the list of tickets that are not good any more; both are kept, and since when. */
export async function refresh() {
  const keys = await told(await asked("/api/vouchers/keys", { cache: "no-cache" }));
  const revoked = {};
  for (let next = "/api/vouchers/revoked"; next; ) {
    const page = await told(await asked(next, { cache: "no-cache" }));
    for (const one of page.revoked) revoked[one.digest] = one.standing;
    next = page.next;
  }
  await learn("keys", Object.fromEntries(keys.keys.map((key) => [key.kid, key])));
  await learn("revoked", revoked);
  await learn("refreshed", Date.now());
}

/** The city's answers to scans of one gate: `{answers: [{nonce, outcome, ...}], entered, places}`. */
export async function send(gate, scans, patience) {
  const sent = () => asked("/api/gate/scans", post({ gate, scans: scans.slice(0, MOST_AT_ONCE) }), patience);
  let answer = await sent();
  if (answer.status === 403 && (await renewToken())) answer = await sent();
  if ([401, 403].includes(answer.status)) throw new LoggedOut();
  if (answer.status === 422) throw new Error("the city cannot read our scans");
  return told(answer);
}

/** `hurry`: the device has an answer of its own, and a queue waits. */
export const sendOne = (gate, scan, hurry) => send(gate, [scan], hurry ? PATIENCE_MS.scan : PATIENCE_MS.other);

let token = document.querySelector("[data-csrf]")?.dataset.csrf ?? "";

const post = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
  body: JSON.stringify(body),
});

/** A page that was kept has the token of an earlier login: the page as it is now has the right one. */
async function renewToken() {
  // The way to the login leads to another site, where our content policy lets no script go.
  const answer = await asked(location.pathname, { cache: "no-store", redirect: "manual" });
  if (!answer.ok) throw new LoggedOut();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("[data-csrf]")?.dataset.csrf;
  const changed = Boolean(found) && found !== token;
  token = found ?? token;
  return changed;
}
