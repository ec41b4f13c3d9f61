// Slack's date formats, in the reader's own zone.

const DAY = 86400000;

function ordinal(day) {
  const tail = day % 10 === 1 && day !== 11 ? "st" : day % 10 === 2 && day !== 12 ? "nd" : day % 10 === 3 && day !== 13 ? "rd" : "th";
  return `${day}${tail}`;
}

function relative(moment) {
  const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((midnight(moment) - midnight(new Date())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

const show = (moment, options) => new Intl.DateTimeFormat("en-US", options).format(moment);

const FORMATS = {
  date_num: (at) => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`,
  date: (at) => `${show(at, { month: "long" })} ${ordinal(at.getDate())}, ${at.getFullYear()}`,
  date_short: (at) => show(at, { month: "short", day: "numeric", year: "numeric" }),
  date_long: (at) => `${show(at, { weekday: "long" })}, ${FORMATS.date(at)}`,
  day_divider_pretty: (at) => relative(at) ?? FORMATS.date_long(at),
  time: (at) => show(at, { hour: "numeric", minute: "2-digit" }),
  time_secs: (at) => show(at, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (at) => `${Math.max(0, Math.round((Date.now() - at.getTime()) / 60000))} minutes ago`,
};
for (const name of ["date", "date_short", "date_long"]) {
  FORMATS[`${name}_pretty`] = (at) => relative(at) ?? FORMATS[name](at);
}

export function formatDate(unix, format) {
  const moment = new Date(unix * 1000);
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => (FORMATS[name] ? FORMATS[name](moment) : whole));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const momentOf = (ts) => new Date(Number(ts.split(".")[0]) * 1000);
export const clockTime = (ts) => FORMATS.time(momentOf(ts));
export const fullTime = (ts) => `${FORMATS.date_long(momentOf(ts))} at ${FORMATS.time_secs(momentOf(ts))}`;
export const dayName = (ts) => {
  const text = relative(momentOf(ts)) ?? `${show(momentOf(ts), { weekday: "long" })}, ${show(momentOf(ts), { month: "long" })} ${ordinal(momentOf(ts).getDate())}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
};
export const ago = (ts) => {
  const minutes = Math.round((Date.now() - momentOf(ts).getTime()) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} minute${minutes === 1 ? "" : "s"} ago`;
  return `${dayName(ts).toLowerCase()} at ${clockTime(ts)}`;
};
