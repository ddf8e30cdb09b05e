// Yes or no over the whole screen: colour, shape, word and sound say the same.
import { sound } from "./sound.js";
import { nameOf, say, when } from "./words.js";

// A yes makes room for the next person by itself; a no stays until somebody has read it.
const YES_MS = 4000;

const box = document.querySelector("[data-verdict]");
const part = (name) => box.querySelector(`[data-verdict-${name}]`);
let closing;

/** Resolves when it is closed. `said`: outcome, claims, used_at, used_gate, unconfirmed. */
export function show(said) {
  const kind = said.outcome === "ok" ? "yes" : "no";
  Object.assign(box.dataset, { kind, outcome: said.outcome, unconfirmed: Boolean(said.unconfirmed) });
  part("word").textContent = say(kind);
  part("title").textContent = say(`${said.outcome}.title`);
  part("reason").textContent = reason(said);
  box.dataset.sounded = sound(kind) ? kind : "";
  if (!box.open) box.showModal();
  clearTimeout(closing);
  if (kind === "yes") closing = setTimeout(() => box.close(), YES_MS);
  return new Promise((resolve) => box.addEventListener("close", resolve, { once: true }));
}

/** The next ticket is on its way: whatever is shown makes room. */
export const dismiss = () => box.open && box.close();

part("next").addEventListener("click", dismiss);

function reason({ outcome, claims, used_at, used_gate, voucher, unconfirmed }) {
  const code = voucher ?? claims?.voucher ?? "";
  const what = claims ? `${nameOf(claims.scheme)}, ${nameOf(claims.scheme, claims.item)}` : "";
  const times = claims ? { starts: when(claims.from * 60000), ends: when(claims.until * 60000) } : {};
  const used = used_at ? { at: when(used_at), gate: nameOf("gate", used_gate) } : {};
  const words = say(unconfirmed ? "ok.unconfirmed" : `${outcome}.reason`, { code, what, ...times, ...used });
  return [words, what, code].filter(Boolean).join("\n");
}
