// Block Kit to elements. What is not known is named, not guessed.

import { emojis, link, make } from "./dom.js";
import { formatDate } from "./dates.js";
import { mention, mrkdwn } from "./mrkdwn.js";

export const textObject = (text, names) =>
  make("span", "text", ...(text.type === "mrkdwn" ? mrkdwn(text.text, names) : [text.emoji === false ? text.text : emojis(text.text)]));

const BLOCKS = {
  header: (block) => make("div", "block-header", emojis(block.text.text)),
  divider: () => make("hr", "block-divider"),
  section: (block, scene) => {
    const main = make("div", "section-main", block.text ? make("div", "", textObject(block.text, scene.names)) : null);
    if (block.fields) main.append(make("div", "fields", ...block.fields.map((field) => make("div", "", textObject(field, scene.names)))));
    return make("div", "block-section", main, block.accessory ? make("div", "accessory", element(block.accessory, scene)) : null);
  },
  context: (block, scene) => make("div", "block-context", ...block.elements.map((each) => element(each, scene))),
  actions: (block, scene) => make("div", "block-actions", ...block.elements.map((each) => element(each, scene))),
  image: (block) => make("figure", "picture", block.title ? make("figcaption", "", emojis(block.title.text)) : null, picture(block)),
  rich_text: (block, scene) => richText(block, scene.names),
  markdown: (block) => make("div", "text", block.text),
  table: (block, scene) => table(block, scene.names),
};

export function renderBlocks(blocks, scene) {
  return blocks.map((block) => {
    const render = BLOCKS[block.type];
    return make("div", "block", render ? render(block, scene) : make("em", "replied", `This block cannot be shown here: ${block.type}`));
  });
}

// A picture of this server is shown; one from elsewhere is only named, for the page loads nothing from outside.
export function picture({ image_url: address = "", slack_file: file = {}, alt_text: alt = "" }) {
  const url = file.id ? `/files/${encodeURIComponent(file.id)}` : address;
  if (!url.startsWith("/") && !url.startsWith(`${location.origin}/`)) return make("div", "missing", `🖼 ${alt}`);
  const image = make("img");
  image.src = url;
  image.alt = alt;
  return image;
}

function element(value, scene) {
  if (value.type === "mrkdwn" || value.type === "plain_text") return textObject(value, scene.names);
  if (value.type === "image") return picture(value);
  if (value.type === "button") return button(value, scene);
  if (value.options) return menu(value, scene);
  return make("em", "replied", `This element cannot be shown here: ${value.type}`);
}

function button(value, scene) {
  const shown = make("button", `button ${value.style ?? ""}`, emojis(value.text.text));
  shown.type = "button";
  shown.addEventListener("click", async () => {
    if (value.confirm && !window.confirm(`${value.confirm.title.text}\n\n${value.confirm.text.text}`)) return;
    shown.disabled = true;
    await scene.press(value.action_id);
    shown.disabled = false;
    if (value.url && /^https?:/i.test(value.url)) window.open(value.url, "_blank", "noopener");
  });
  return shown;
}

function menu(value, scene) {
  const title = value.type === "overflow" ? "⋯" : (value.placeholder?.text ?? "Choose an option");
  const first = make("option", "", emojis(title));
  first.value = "";
  const options = value.options.map((option) => {
    const shown = make("option", "", emojis(option.text.text));
    shown.value = option.value;
    return shown;
  });
  const shown = make("select", "button", first, ...options);
  shown.setAttribute("aria-label", title);
  shown.value = value.initial_option?.value ?? "";
  shown.addEventListener("change", async () => {
    if (!shown.value) return;
    await scene.press(value.action_id, shown.value);
    if (value.type === "overflow") shown.value = "";
  });
  return shown;
}

const RUNS = {
  text: (run) => run.text,
  link: (run) => link(run.url, run.text || run.url),
  emoji: (run) => (run.unicode ? String.fromCodePoint(...run.unicode.split("-").map((hex) => parseInt(hex, 16))) : emojis(`:${run.name}:`)),
  user: (run, names) => mention(`@${names.person(run.user_id) ?? run.user_id}`, names.isViewer(run.user_id)),
  usergroup: (run, names) => mention(`@${names.group(run.usergroup_id) ?? run.usergroup_id}`, false),
  channel: (run, names) => mention(`#${names.channel(run.channel_id) ?? run.channel_id}`, false),
  broadcast: (run) => mention(`@${run.range}`, true),
  date: (run) => make("span", "", formatDate(run.timestamp, run.format)),
};
const STYLE_TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function inlineRun(run, names) {
  let shown = RUNS[run.type] ? RUNS[run.type](run, names) : `[${run.type}]`;
  for (const [style, tag] of Object.entries(STYLE_TAGS)) if (run.style?.[style]) shown = make(tag, "", shown);
  return shown;
}

const runs = (part, names) => part.elements.map((run) => inlineRun(run, names));

const PARTS = {
  rich_text_section: (part, names) => make("div", "run", ...runs(part, names)),
  rich_text_quote: (part, names) => make("blockquote", "", ...runs(part, names)),
  rich_text_preformatted: (part, names) => make("pre", "", ...runs(part, names)),
  rich_text_list: (part, names) => {
    const items = part.elements.map((item) => make("li", "run", ...runs(item, names)));
    const list = make(part.style === "ordered" ? "ol" : "ul", `indent-${part.indent ?? 0}`, ...items);
    if (part.style === "ordered" && part.offset) list.start = part.offset + 1;
    return list;
  },
};

const richText = (block, names) =>
  make("div", "rich", ...block.elements.map((part) => (PARTS[part.type] ? PARTS[part.type](part, names) : `[${part.type}]`)));

function table(block, names) {
  const rows = block.rows.map((row, index) =>
    make("tr", "", ...row.map((cell, column) => {
      const settings = block.column_settings?.[column] ?? {};
      const look = `align-${settings.align ?? "left"}${settings.is_wrapped ? " wrapped" : ""}`;
      return make(index ? "td" : "th", look, cell.type === "rich_text" ? richText(cell, names) : cell.text);
    })));
  return make("div", "table-frame", make("table", "", ...rows));
}
