// The page: what is chosen, what is known, and how it is drawn. State comes whole once, then change by change.

import { make } from "./dom.js";
import { dayName } from "./dates.js";
import { avatar, renderMessage } from "./messages.js";

const at = (id) => document.getElementById(id);
const known = { people: new Map(), groups: new Map(), channels: new Map(), messages: new Map(), commands: [], bot: "" };
const asked = new URLSearchParams(location.search); // ?as=U0ADA, and ?still for a page that is only looked at
const [firstChannel, firstThread = ""] = location.hash.slice(1).split("/"); // #C0SPEND/1700000000.000000
const chosen = { viewer: asked.get("as") ?? "", channel: firstChannel, thread: firstThread };
const unread = new Map();
let source = null;

const names = {
  person: (id) => known.people.get(id)?.name,
  group: (id) => known.groups.get(id)?.handle,
  channel: (id) => known.channels.get(id)?.name,
  isViewer: (id) => id === chosen.viewer,
};
const scene = { names, people: known.people, press, openThread };

// Slack's ts are of one length, so their order as text is their order in time.
const inOrder = (messages) => messages.sort((a, b) => (a.ts < b.ts ? -1 : 1));
const here = () => [...known.messages.values()].filter((message) => message.channel === chosen.channel);
const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

async function send(path, value) {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
  return response.ok ? response.json() : { ok: false, error: `HTTP ${response.status}` };
}

async function load() {
  const state = await (await fetch(`/page/state?viewer=${encodeURIComponent(chosen.viewer)}`)).json();
  Object.assign(known, { commands: state.commands, bot: state.bot });
  chosen.viewer = state.viewer;
  for (const kind of ["people", "groups", "channels"]) {
    known[kind].clear();
    state[kind].forEach((each) => known[kind].set(each.id, each));
  }
  known.messages.clear();
  state.messages.forEach(keep);
  at("team").textContent = state.team;
  document.title = `${state.team} | Slack workbench`;
  if (!known.channels.has(chosen.channel)) chosen.channel = home();
  drawViewers();
  draw();
}

function home() {
  const open = [...known.channels.values()].filter((channel) => channel.isOpen && !channel.isArchived);
  return (open.find((channel) => channel.kind === "public_channel") ?? open[0])?.id ?? "";
}

const keep = (message) => known.messages.set(`${message.channel}/${message.ts}`, message);

function listen() {
  source?.close();
  if (asked.has("still")) {
    load();
    return;
  }
  source = new EventSource(`/page/stream?viewer=${encodeURIComponent(chosen.viewer)}`);
  source.onopen = load; // also after a break: nothing that happened meanwhile is missed
  source.onmessage = (event) => learn(JSON.parse(event.data));
}

function learn(change) {
  if (change.kind === "channel") known.channels.set(change.channel.id, change.channel);
  else if (change.kind === "removed") known.messages.delete(`${change.in}/${change.ts}`);
  else {
    const { message } = change;
    const isNew = !known.messages.has(`${message.channel}/${message.ts}`);
    if (isNew && isReply(message)) count(message);
    if (isNew && message.channel !== chosen.channel) unread.set(message.channel, (unread.get(message.channel) ?? 0) + 1);
    keep(message);
  }
  draw();
}

// A new reply changes what its first message says of its thread.
function count(reply) {
  const parent = known.messages.get(`${reply.channel}/${reply.thread_ts}`);
  if (!parent || reply.ephemeral) return;
  parent.reply_count = (parent.reply_count ?? 0) + 1;
  parent.reply_users = [...new Set([...(parent.reply_users ?? []), reply.user])];
  parent.latest_reply = reply.ts;
}

function draw() {
  drawSidebar();
  drawHead();
  const said = inOrder(here().filter((message) => !isReply(message) || message.broadcast || (message.ephemeral && !chosen.thread)));
  fill(at("log"), said.length ? withDays(said) : [make("div", "empty", "Nothing has been said here yet.")]);
  drawThread();
}

function fill(log, children) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || log.dataset.shown !== chosen.channel + chosen.thread;
  log.replaceChildren(...children);
  log.dataset.shown = chosen.channel + chosen.thread;
  if (!atEnd) return;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  log.querySelectorAll("img").forEach((image) => image.addEventListener("load", toEnd)); // it has no height before
  toEnd();
}

function withDays(said) {
  let day = "";
  return said.flatMap((message) => {
    const today = dayName(message.ts);
    const head = today === day ? [] : [make("div", "day", make("span", "", today))];
    day = today;
    return [...head, renderMessage(message, scene)];
  });
}

function drawHead() {
  const channel = known.channels.get(chosen.channel);
  if (!channel) return;
  const direct = channel.kind === "im";
  const title = direct ? partner(channel).name : channel.name;
  at("channel-name").textContent = direct ? title : `${sign(channel)} ${title}`;
  at("channel-topic").textContent = channel.isArchived ? "This channel is archived" : channel.topic;
  at("channel-members").textContent = direct ? "" : `${channel.members.length} members`;
  at("channel-members").hidden = direct;
  at("line").placeholder = direct ? `Message ${title}` : `Message #${title}`;
  at("hint").textContent = `Commands: ${known.commands.join(", ")}`;
}

function drawThread() {
  const root = known.messages.get(`${chosen.channel}/${chosen.thread}`);
  at("thread").hidden = !root;
  if (!root) return;
  const replies = inOrder(here().filter((message) => isReply(message) && message.thread_ts === root.ts));
  const spoken = replies.filter((message) => !message.ephemeral).length;
  const rule = make("div", "reply-rule", `${spoken} ${spoken === 1 ? "reply" : "replies"}`);
  at("thread-channel").textContent = at("channel-name").textContent;
  const show = (message) => renderMessage(message, scene, { inThread: true });
  fill(at("thread-log"), [show(root), ...(spoken ? [rule] : []), ...replies.map(show)]);
}

const sign = (channel) => (channel.kind === "private_channel" ? "🔒" : "#");
const partner = (channel) => known.people.get(channel.members.find((id) => id !== chosen.viewer)) ?? { name: "?", id: "?" };

function drawSidebar() {
  const all = [...known.channels.values()];
  const rooms = all.filter((channel) => channel.kind !== "im" && !channel.isArchived);
  const directs = all.filter((channel) => channel.kind === "im");
  at("sidebar").replaceChildren(
    make("h2", "", "Channels"), ...rooms.map((channel) => entry(channel, make("span", "sign", sign(channel)), channel.name)),
    make("h2", "", "Apps"), ...directs.map((channel) => entry(channel, avatar(partner(channel)), partner(channel).name)),
  );
}

function entry(channel, mark, name) {
  const waiting = unread.get(channel.id) ?? 0;
  const look = `entry${channel.id === chosen.channel ? " chosen" : ""}${waiting ? " unread" : ""}`;
  const shown = make("button", look, mark, make("span", "name", name), waiting ? make("span", "count", String(waiting)) : null);
  shown.type = "button";
  shown.addEventListener("click", () => openChannel(channel.id));
  return shown;
}

function drawViewers() {
  const people = [...known.people.values()].filter((person) => !person.isBot);
  at("viewer").replaceChildren(...people.map((person) => {
    const role = person.team ? `guest, ${person.team}` : person.isAdmin ? "admin" : person.title;
    const option = make("option", "", `${person.name}${role ? ` (${role})` : ""}`);
    option.value = person.id;
    option.selected = person.id === chosen.viewer;
    return option;
  }));
}

function openChannel(id) {
  Object.assign(chosen, { channel: id, thread: "" });
  unread.delete(id);
  history.replaceState(null, "", `#${id}`);
  draw();
  at("line").focus();
}

function openThread(ts) {
  chosen.thread = ts;
  draw();
  at("thread-line").focus();
}

async function press(message, action, choice) {
  report(await send("/page/presses", { viewer: chosen.viewer, channel: message.channel, ts: message.ts, action, choice }));
}

// Commands and presses go to the bot by HTTP, or through sockets that it opened: the demo is started with one of both.
async function drawLink() {
  const link = await (await fetch("/page/link")).json();
  const sockets = `${link.sockets} ${link.sockets === 1 ? "connection" : "connections"}`;
  at("link").textContent = link.isSocket ? `Socket Mode · ${sockets}` : `HTTP · ${link.isOpen ? new URL(link.url).host : "no bot yet"}`;
  at("link").title = link.isSocket ? "Without --socket the demo takes HTTP" : "With --socket the demo takes Socket Mode";
  at("link").classList.toggle("open", link.isOpen);
}

function report(answer) {
  if (answer.ok) return;
  at("toast").textContent = `⚠️ That did not work: ${answer.error}`;
  at("toast").hidden = false;
  setTimeout(() => { at("toast").hidden = true; }, 5000);
}

// `log` is where what is typed will show: whoever speaks wants to see it.
function composer(form, box, log, thread) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    log.dataset.shown = "";
    const answer = await send("/page/lines", { viewer: chosen.viewer, channel: chosen.channel, text, thread: thread() });
    if (thread() || !text.startsWith("/")) report(answer); // a command's failure is told in the channel, by Slackbot
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

composer(at("composer"), at("line"), at("log"), () => null);
composer(at("thread-composer"), at("thread-line"), at("thread-log"), () => chosen.thread);
at("close-thread").addEventListener("click", () => { chosen.thread = ""; draw(); });
at("viewer").addEventListener("change", (event) => {
  Object.assign(chosen, { viewer: event.target.value, thread: "" });
  unread.clear();
  listen();
});
listen();
drawLink();
if (!asked.has("still")) setInterval(drawLink, 5000);
