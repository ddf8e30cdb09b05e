// The gate: checks tickets by camera, reader or hand, with and without network (docs/vouchers.md). The page works
// without this file as well, with network: the form is sent to the city.
import { Camera } from "./gate/camera.js";
import { Away, LoggedOut, refresh, send, sendOne } from "./gate/city.js";
import { FINAL, judged } from "./gate/judge.js";
import { all, find, forget, known, learn, letIn, put, remove, settle } from "./gate/memory.js";
import { tokenIn } from "./gate/token.js";
import { dismiss, show } from "./gate/verdict.js";
import { nameOf, say, since, when } from "./gate/words.js";

const SYNC_MS = 30_000;
const OLD_LIST_MS = 30 * 60_000;
const TYPED = /^TK[\s-]/i;

const page = document.querySelector("[data-gate]");
const form = page.querySelector("form");
const place = form.elements.gate, field = form.elements.ticket;
const state = { reach: navigator.onLine ? "online" : "offline" };

/** The city's time as far as we know it: a phone's clock may be wrong. */
const now = async () => Date.now() + ((await known("skew")) ?? 0);

// --- one scan

let turn = Promise.resolve();

/** A reader may be faster than the network: one ticket after the other, none is dropped. */
function scan(text) {
  if (!text.trim()) return;
  if (!place.value) return place.focus();
  turn = turn.then(() => shown(text));
}

async function shown(text) {
  dismiss();
  camera.paused = true;
  const said = await checked(text).catch((failure) => (console.error(failure), { outcome: "failed" }));
  show(said).then(() => {
    camera.paused = false;
    field.focus();
  });
  render();
}

async function checked(text) {
  const at = await now();
  const sent = { nonce: crypto.randomUUID(), token: tokenIn(text), at: new Date(at).toISOString() };
  if (TYPED.test(text.trim())) return answered(sent, { outcome: "needs_network" });
  const own = await judgedHere(sent.token, at);
  return FINAL.includes(own.outcome) ? own : answered(sent, own);
}

async function judgedHere(token, at) {
  const judge = async () => {
    const [keys, revoked] = [await known("keys"), await known("revoked")];
    if (!keys) return { outcome: "needs_network" };
    const scheme = place.value.replace(/-\d+$/, "");
    return judged(token, { keys, revoked, scheme, at, entry: (code) => find("entries", code) });
  };
  const own = await judge();
  if (!["unknown_key", "needs_network"].includes(own.outcome)) return own;
  // A key that was made today: the list may be older.
  return (await reached(refresh)) ? judge() : own;
}

/** The city's answer; without it our own, which lets somebody in at once and is told to the city later. */
async function answered(sent, own) {
  const { claims } = own;
  const answer = await reached(() => sendOne(place.value, sent, own.outcome !== "needs_network"));
  if (answer) {
    await learn(`inside ${place.value}`, { entered: answer.entered, places: answer.places });
    const said = { claims, ...answer.answers[0] };
    if (said.outcome === "ok" && claims) await put("entries", entry({ ...sent, voucher: claims.voucher }, claims));
    return said;
  }
  if (own.outcome !== "ok") return { ...own, used_at: own.entry?.at, used_gate: own.entry?.gate };
  await letIn({ ...sent, gate: place.value, voucher: claims.voucher }, claims.until);
  return { ...own, unconfirmed: true };
}

const entry = ({ voucher, at, nonce }, { until }) => ({ voucher, at, nonce, until, gate: place.value });

/** What `ask` answers, or nothing where the city is away or wants a login first; the page says which. */
async function reached(ask) {
  try {
    const answer = (await ask()) ?? true;
    state.reach = "online";
    return answer;
  } catch (failure) {
    if (!(failure instanceof Away || failure instanceof LoggedOut)) throw failure;
    state.reach = failure instanceof LoggedOut ? "logged_out" : "offline";
    return null;
  } finally {
    render();
  }
}

// --- what waits, and what the lists say

/** One at a time, also where the gate is open twice. */
const sync = () => navigator.locks.request("gate-sync", { ifAvailable: true }, async (lock) => lock && synced());

async function synced() {
  await forget(Math.floor((await now()) / 60000));
  if (await reached(upload)) await reached(refresh);
}

async function upload() {
  const waiting = await all("waiting");
  for (const gate of new Set(waiting.map((one) => one.gate))) await uploadFrom(gate, waiting.filter((one) => one.gate === gate));
}

async function uploadFrom(gate, scans) {
  for (let left = scans; left.length; ) {
    const { answers } = await send(gate, left.map(({ nonce, token, at }) => ({ nonce, token, at, offline: true })));
    for (const said of answers) await settled(gate, scans.find((one) => one.nonce === said.nonce), said);
    left = left.slice(answers.length || left.length);
  }
}

async function settled(gate, scan, said) {
  const { nonce, voucher, at } = scan;
  const { outcome, used_at, used_gate } = said;
  await settle(nonce, outcome === "ok" ? null : { nonce, voucher, at, gate, outcome, used_at, used_gate });
}

// --- what the page shows

async function render() {
  const [waiting, conflicts, refreshed, inside] = await Promise.all([
    all("waiting"), all("conflicts"), known("refreshed"), known(`inside ${place.value}`),
  ]);
  tell("reach", say(state.reach));
  page.dataset.reach = state.reach;
  tell("list", refreshed ? say("list", { ago: since(refreshed) }) : say("no_list"));
  page.dataset.stale = !refreshed || Date.now() - refreshed > OLD_LIST_MS;
  tell("waiting", waiting.length ? say("waiting", { n: waiting.length }) : "");
  tell("inside", inside ? say(inside.places ? "inside_of" : "inside", inside) : "");
  page.querySelector("[data-login]").hidden = state.reach !== "logged_out";
  renderConflicts(conflicts);
}

function tell(name, words) {
  const line = page.querySelector(`[data-tell="${name}"]`);
  if (line.textContent !== words) line.textContent = words;
}

function renderConflicts(conflicts) {
  const box = page.querySelector("[data-conflicts]");
  box.hidden = !conflicts.length;
  box.querySelector("ul").replaceChildren(...conflicts.map(conflictLine));
}

function conflictLine({ nonce, voucher, at, gate, outcome, used_at, used_gate }) {
  const line = document.createElement("li"), seen = document.createElement("button");
  const used = used_at ? { at: when(used_at), gate: nameOf("gate", used_gate) } : {};
  line.textContent = `${voucher}: ${say("conflict", { at: when(at), gate: nameOf("gate", gate) })} ${say(`${outcome}.title`)}. ${say(`${outcome}.reason`, used)} `;
  Object.assign(seen, { type: "button", className: "govuk-button govuk-button--secondary", textContent: say("seen") });
  seen.addEventListener("click", () => remove("conflicts", nonce).then(render));
  line.append(seen);
  return line;
}

// --- camera, reader, hand

const video = page.querySelector("video");
const camera = new Camera(video, page.dataset.keep, scan);
const start = page.querySelector("[data-camera-start]");

start.addEventListener("click", async () => {
  try {
    video.hidden = false;
    await camera.start();
    start.hidden = true;
    tell("camera", "");
  } catch (failure) {
    video.hidden = true;
    tell("camera", say(failure.name === "NotAllowedError" ? "camera_refused" : "camera_missing"));
  }
});
start.hidden = !navigator.mediaDevices;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  // A reader types faster than anybody reads: its next ticket ends the last answer.
  scan(field.value);
  field.value = "";
}, true);

// A reader is a keyboard: whatever it types belongs into the field, wherever the page was touched last.
addEventListener("keydown", (event) => {
  const typing = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!typing || ["INPUT", "SELECT"].includes(document.activeElement?.tagName)) return;
  if (event.key === " " && document.activeElement?.tagName === "BUTTON") return;
  dismiss();
  field.focus();
});

place.value ||= localStorage.getItem("gate") ?? "";
place.addEventListener("change", () => (localStorage.setItem("gate", place.value), render()));
addEventListener("online", sync);
addEventListener("offline", () => ((state.reach = "offline"), render()));
setInterval(sync, SYNC_MS);
setInterval(render, SYNC_MS / 3);
navigator.storage?.persist?.();
page.dataset.ready = "true";
render();
sync();
