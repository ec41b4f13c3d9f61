// Building elements. Text always goes in as text: nothing anybody writes can become markup.

export function make(tag, look = "", ...children) {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function link(url, ...children) {
  if (!/^(https?:|mailto:)/i.test(url)) return make("span", "", ...children);
  const element = make("a", "", ...children);
  element.href = url;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

const EMOJI = {
  rotating_light: "🚨", warning: "⚠️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", bell: "🔔", no_bell: "🔕",
  mute: "🔇", speaker: "🔈", information_source: "ℹ️", question: "❓", exclamation: "❗", fire: "🔥", moneybag: "💰",
  money_with_wings: "💸", dollar: "💵", credit_card: "💳", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bar_chart: "📊", calendar: "📅", date: "📅", clock1: "🕐", hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰",
  stopwatch: "⏱️", red_circle: "🔴", large_red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡",
  large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", large_red_square: "🟥",
  large_orange_square: "🟧", large_yellow_square: "🟨", large_green_square: "🟩", large_blue_square: "🟦",
  black_large_square: "⬛", white_large_square: "⬜", small_red_triangle: "🔺", small_red_triangle_down: "🔻",
  arrow_up: "⬆️", arrow_down: "⬇️", arrow_upper_right: "↗️", arrow_lower_right: "↘️", arrow_right: "➡️",
  bust_in_silhouette: "👤", busts_in_silhouette: "👥", robot_face: "🤖", key: "🔑", lock: "🔒", link: "🔗", mag: "🔍",
  memo: "📝", page_facing_up: "📄", books: "📚", gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️", construction: "🚧",
  zzz: "💤", eyes: "👀", tada: "🎉", rocket: "🚀", wave: "👋", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  sunny: "☀️", crescent_moon: "🌙", sparkles: "✨", zap: "⚡", boom: "💥", snail: "🐌", checkered_flag: "🏁", receipt: "🧾",
  arrows_counterclockwise: "🔄", repeat: "🔁", double_vertical_bar: "⏸️", stop_sign: "🛑", octagonal_sign: "🛑", pushpin: "📌",
};

export function emojis(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}
