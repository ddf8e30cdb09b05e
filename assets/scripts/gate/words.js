// The page brings all words in the reader's language; here they are only looked up and filled in.
const language = document.documentElement.lang;
// The city's clock and the city's way to write it, wherever the phone thinks it is.
const zone = { timeZone: "Asia/Makassar" };
const locale = language === "id" ? "id" : "en-GB";
const day = new Intl.DateTimeFormat(locale, { ...zone, day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** The sentence of a name with its `{slots}` filled; "" where the page has none. */
export function say(name, slots = {}) {
  const words = document.querySelector(`[data-say="${name}"]`)?.textContent.trim() ?? "";
  return words.replace(/\{(\w+)\}/g, (slot, key) => slots[key] ?? slot);
}

export const nameOf = (...codes) => say(codes.join(".")) || codes.at(-1);

/** Milliseconds, or an ISO stamp: `24 November 2026, 10.42 WITA`. */
export const when = (at) => `${day.format(new Date(at))}, ${clock.format(new Date(at)).replace(":", ".")} WITA`;

/** "5 minutes ago", from milliseconds. */
export function since(at) {
  const minutes = Math.round((Date.now() - at) / 60000);
  if (minutes < 90) return ago.format(-minutes, "minute");
  return minutes < 36 * 60 ? ago.format(-Math.round(minutes / 60), "hour") : ago.format(-Math.round(minutes / 1440), "day");
}
