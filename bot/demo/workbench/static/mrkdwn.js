// Slack's mrkdwn to elements: references, code, styles, quotes; entities are undone last, as text.

import { emojis, link, make } from "./dom.js";
import { formatDate } from "./dates.js";

const plain = (text) => emojis(text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"));
const literal = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// What stands between < and >. `names` knows the people, groups and channels.
function reference(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : literal(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(`@${names.person(target.slice(1)) ?? (label || target.slice(1))}`, names.isViewer(target.slice(1)));
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1)) ?? (label || target.slice(1))}`, false);
  if (target.startsWith("!subteam^")) return mention(`@${names.group(target.slice(9)) ?? (label || "group")}`, false);
  if (target.startsWith("!date^")) return date(target.slice(6), label);
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`, true);
  const shown = label || literal(target).replace(/^mailto:/, "");
  return link(literal(target), shown);
}

export const mention = (text, isMe) => make("span", isMe ? "mention me" : "mention", text);

function date(target, fallback) {
  const [unix, format, url] = target.split("^");
  const text = Number.isFinite(Number(unix)) && format ? formatDate(Number(unix), format) : fallback;
  const element = url ? link(literal(url), text) : make("span", "", text);
  element.title = fallback;
  return element;
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(^|[\s\p{P}\p{S}])([*_~])(?=\S)([^\n]*?\S)\4(?=$|[\s\p{P}\p{S}])/u;

function inline(text, names) {
  const parts = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [whole, code, target, before, style, styled] = found;
    parts.push(plain(rest.slice(0, found.index) + (before ?? "")));
    if (code !== undefined) parts.push(make("code", "", literal(code)));
    else if (target !== undefined) parts.push(reference(target, names));
    else parts.push(make(STYLES[style], "", ...inline(styled, names)));
    rest = rest.slice(found.index + whole.length);
  }
  return [...parts, plain(rest)];
}

function paragraphs(text, names) {
  const parts = [];
  for (const run of text.split(/((?:^|\n)(?:&gt;|>)[^\n]*(?:\n(?:&gt;|>)[^\n]*)*\n?)/)) {
    if (/^\n?(?:&gt;|>)/.test(run)) {
      const quoted = run.replace(/^\n|\n$/g, "").replace(/^(?:&gt;|>) ?/gm, "");
      parts.push(make("blockquote", "", ...inline(quoted, names)));
    } else parts.push(...inline(run, names));
  }
  return parts;
}

export function mrkdwn(text, names) {
  const parts = [];
  text.split("```").forEach((piece, index, all) => {
    if (index % 2 && index < all.length - 1) parts.push(make("pre", "", literal(piece.replace(/^\n|\n$/g, ""))));
    else parts.push(...paragraphs(index % 2 ? "```" + piece : piece, names));
  });
  return parts;
}
