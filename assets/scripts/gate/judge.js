// Yes or no by what this device knows: the signature, the time, the list of tickets that are not good any more, and who
// was let in here. The same outcomes as chalicelib/payments/model/gate.py.
import { verified } from "./token.js";

const REFUSALS = { BadToken: "not_a_ticket", UnknownKey: "unknown_key", WrongSignature: "bad_signature" };
// Whatever the city might say, these stay no: no clock and no list changes them.
export const FINAL = ["not_a_ticket", "bad_signature", "other_scheme"];

/** `{outcome, claims?, entry?}`. `at`: milliseconds; `revoked`: standing by digest; `entry`: finds an entry by code. */
export async function judged(token, { keys, revoked, scheme, at, entry }) {
  let claims;
  try {
    claims = await verified(token, keys);
  } catch (refusal) {
    if (!(refusal.name in REFUSALS)) throw refusal;
    return { outcome: REFUSALS[refusal.name] };
  }
  const said = (outcome, more) => ({ outcome, claims, ...more });
  if (claims.scheme !== scheme) return said("other_scheme");
  if (at < claims.from * 60000) return said("too_early");
  if (at >= claims.until * 60000) return said("over");
  const standing = revoked[await digest(claims.voucher)];
  if (standing) return said(standing);
  const before = await entry(claims.voucher);
  return before ? said("already_used", { entry: before }) : said("ok");
}

/** What stands for a code in the public list: it tells whether a ticket is on it, and no code. */
export async function digest(code) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return [...new Uint8Array(hash).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
