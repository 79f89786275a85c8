// Formats times in the reader's time zone and locale.

const DAYTIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const clock = new Intl.DateTimeFormat(undefined, DAYTIME);
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const REFRESH_INTERVAL_MS = 15_000; // of relative times such as "in 3 minutes"

/** Return the time of day of a message. `seconds` is Unix time. */
export function clockTime(seconds) {
  return clock.format(seconds * 1000);
}

/** Return the day of a message in words. */
export function dayName(seconds) {
  return day.format(seconds * 1000);
}

/** Return a time in Telegram's format: r is relative; w, d, D, t and T choose weekday, short or long date and time. */
export function momentText(seconds, format) {
  if (format === "r") return distance(seconds - Date.now() / 1000);
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "numeric", month: "short", year: "numeric" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, DAYTIME);
  if (format.includes("T")) options.second = "2-digit";
  return new Intl.DateTimeFormat(undefined, options).format(seconds * 1000);
}

function distance(seconds) {
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** Update all relative times on the page at a regular interval. */
export function refreshTimesRegularly() {
  setInterval(() => {
    for (const shown of document.querySelectorAll('time[data-format="r"]')) {
      shown.textContent = momentText(Number(shown.dataset.unix), "r");
    }
  }, REFRESH_INTERVAL_MS);
}
