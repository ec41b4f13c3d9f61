// One message as Slack shows it: who, when, what, its files, its thread.

import { make } from "./dom.js";
import { ago, clockTime, fullTime } from "./dates.js";
import { picture, renderBlocks, textObject } from "./blocks.js";

const TONES = 7;

export function avatar(person) {
  if (!person) return make("div", "avatar tone-slack", "✦");
  if (person.isBot) return make("div", "avatar tone-bot", "📊");
  const tone = [...person.id].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % TONES;
  return make("div", `avatar tone-${tone}`, person.name.charAt(0));
}

// `scene` has names, people, press(message, action, choice) and openThread(ts); `inThread` hides the thread's own mark.
export function renderMessage(message, scene, { inThread = false } = {}) {
  const author = scene.people.get(message.user);
  const body = make("div", "body");
  if (message.ephemeral) body.append(onlyYou());
  body.append(byline(message, author));
  if (message.broadcast && !inThread) body.append(make("div", "replied", "replied to a thread"));
  body.append(...content(message, scene));
  if (message.edited) body.append(make("span", "edited", "(edited)"));
  for (const file of message.files ?? []) body.append(attachment(file));
  if (message.reply_count && !inThread) body.append(make("div", "", replies(message, scene)));
  const shown = make("article", message.ephemeral ? "message ephemeral" : "message", avatar(author), body);
  shown.dataset.ts = message.ts;
  return shown;
}

function byline(message, author) {
  const time = make("time", "time", clockTime(message.ts));
  time.title = fullTime(message.ts);
  return make("div", "by", make("span", "author", author?.name ?? "Slackbot"), author?.isBot ? make("span", "app-mark", "APP") : null, time);
}

function onlyYou() {
  return make("div", "only-you", "👁 Only visible to you");
}

function content(message, scene) {
  const here = { ...scene, press: (action, choice) => scene.press(message, action, choice) };
  if (message.blocks?.length) return renderBlocks(message.blocks, here);
  return message.text ? [make("div", "", textObject({ type: "mrkdwn", text: message.text }, scene.names))] : [];
}

function attachment(file) {
  const shown = file.mimetype.startsWith("image/")
    ? picture({ image_url: file.url_private, alt_text: file.alt_txt || file.title })
    : make("div", "missing", `📄 ${file.title}`);
  return make("figure", "picture", make("figcaption", "", file.title), shown);
}

function replies(message, scene) {
  const faces = message.reply_users.map((user) => avatar(scene.people.get(user)));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const shown = make("button", "replies", ...faces, make("span", "reply-count", count), make("span", "last", `Last reply ${ago(message.latest_reply)}`));
  shown.type = "button";
  shown.addEventListener("click", () => scene.openThread(message.ts));
  return shown;
}
