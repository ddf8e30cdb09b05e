// What the QR of a ticket says, read and checked without network: the same bytes and the same refusals as
// chalicelib/payments/model/token.py, held to it by tests/payments/tokens.json.
const FORMAT = 1, SIGNATURE = 64, HEAD = 21, LONGEST = 200, MOST_WORDS = 36;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CODE = "23456789ACEFHJKMNPRTWXY", DRAWN = 11;
const WORDS = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
// The year 9999, after which nothing that we print can be good.
const LAST_MINUTE = Date.UTC(10000, 0, 1) / 60000;

export class Refusal extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

const bad = () => new Refusal("BadToken");

/** The token in what a camera, a reader or a person put in: a whole address or the token alone. */
export const tokenIn = (scanned) => scanned.trim().split("/").pop();

/** `{voucher, scheme, item, from, until}`, times in minutes since 1970, the end excluded; and what is signed, by whom. */
export function read(token) {
  const whole = bytes(token);
  const signed = whole.slice(0, -SIGNATURE), signature = whole.slice(-SIGNATURE);
  if (signed.length <= HEAD || signed[0] !== FORMAT) throw bad();
  const claims = { voucher: code(number(signed.slice(6, 13))), ...words(signed.slice(HEAD)), ...times(signed) };
  return { claims, key: base32(signed.slice(1, 6)), signed, signature };
}

/** What it says, if one of these keys (JWK by short id) signed it. Throws BadToken, UnknownKey or WrongSignature. */
export async function verified(token, keys) {
  const { claims, key, signed, signature } = read(token);
  if (!Object.hasOwn(keys, key)) throw new Refusal("UnknownKey");
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const believed = await crypto.subtle.importKey("jwk", { ...keys[key], ext: true }, curve, false, ["verify"]);
  if (!(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, believed, signature, signed))) {
    throw new Refusal("WrongSignature");
  }
  return claims;
}

function bytes(token) {
  if (token.length > LONGEST || !/^[A-Z2-7]+$/.test(token)) throw bad();
  const found = new Uint8Array(Math.floor((token.length * 5) / 8));
  let bits = 0, held = 0, at = 0;
  for (const letter of token) {
    bits = ((bits << 5) | BASE32.indexOf(letter)) & 0xfff;
    held += 5;
    if (held >= 8) found[at++] = (bits >> (held -= 8)) & 0xff;
  }
  // A token has one spelling: nothing is left over, and the same bytes are written as the same letters.
  if (found.length <= SIGNATURE || base32(found) !== token) throw bad();
  return found;
}

function base32(content) {
  let letters = "", bits = 0, held = 0;
  for (const byte of content) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (held += 8; held >= 5; held -= 5) letters += BASE32[(bits >> (held - 5)) & 31];
  }
  return held ? letters + BASE32[(bits << (5 - held)) & 31] : letters;
}

const number = (content) => content.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

/** `TK-K7MH-K52N-FTR8` of its number, with the check letter that the number leaves out (ISO 7064 over 23). */
function code(drawn) {
  const size = BigInt(CODE.length);
  if (drawn >= size ** BigInt(DRAWN)) throw bad();
  let letters = "";
  for (let left = drawn; letters.length < DRAWN; left /= size) letters = CODE[Number(left % size)] + letters;
  const sum = [...letters, CODE[0]].reduce((check, letter) => (2 * check + CODE.indexOf(letter)) % CODE.length, 0);
  letters += CODE[(CODE.length + 1 - sum) % CODE.length];
  return `TK-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}

function words(content) {
  let letters = "";
  const size = BigInt(WORDS.length + 1);
  for (let left = number(content); left; left /= size) {
    const digit = Number(left % size);
    if (!digit) throw bad();
    letters = WORDS[digit - 1] + letters;
  }
  const [scheme, item, ...more] = letters.split(".");
  if (!content[0] || letters.length > MOST_WORDS || !scheme || !item || more.length) throw bad();
  return { scheme, item };
}

function times(signed) {
  const view = new DataView(signed.buffer, signed.byteOffset);
  const [from, until] = [view.getUint32(13), view.getUint32(17)];
  if (from >= LAST_MINUTE || until >= LAST_MINUTE) throw bad();
  return { from, until };
}
