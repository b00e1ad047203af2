// slack: one person's workspace. ?user= who; their direct channel and the
// channels of the workspace, with threads.
import { ask, clock, follow, lines, make, onSend, part, say, show } from "./talk.js";

const asked = new URLSearchParams(location.search);
let user = asked.get("user");
let team = null;
let people = new Map();
let thread = null; // ts of the root that is replied to
let version = -1;
let shown = "";

const direct = () => `D${user.slice(1)}`;
const plain = (text) => text.replace(/<@(\w+)>/g, (all, id) =>
  `@${people.get(id) ?? id}`).replace(/<([^|>]+)\|([^>]+)>/g, "$2")
  .replace(/<(https?:[^>]+)>/g, "$1")
  .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function reply(ts) {
  thread = ts;
  part("thread").hidden = ts === null;
  part("text").focus();
}

async function press(message, button) {
  await ask("/control/slack/action", {
    user, channel: part("place").value, ts: message.ts,
    action_id: button.action_id, value: button.value ?? "",
  });
}

function buttons(message) {
  const node = make("div", "buttons");
  for (const block of message.blocks ?? [])
    for (const e of block.type === "actions" ? block.elements : []) {
      if (e.type !== "button") continue;
      const button = make("button", "", e.text.text);
      button.type = "button";
      button.name = e.action_id;
      button.value = e.value ?? "";
      button.addEventListener("click", () =>
        press(message, e).catch((error) => say(error.message)));
      node.append(button);
    }
  return node.childElementCount ? [node] : [];
}

function words(message) {
  if (message.text) return plain(message.text);
  return (message.blocks ?? []).map((b) => b.text?.text ?? b.text ?? "")
    .filter((text) => typeof text === "string").join("\n");
}

function row(message) {
  const inThread = message.thread_ts && message.thread_ts !== message.ts;
  const node = make("article", inThread ? "row reply" : "row");
  const head = make("p", "head");
  head.append(
    make("strong", "", people.get(message.user) ?? message.user), " ",
    make("time", "", clock(Number(message.ts) * 1000)));
  if (message.edited) head.append(make("span", "", " (edited)"));
  if (message.streaming_state === "in_progress")
    head.append(make("span", "", " writes …"));
  node.append(head, lines(words(message)));
  for (const file of message.files ?? [])
    node.append(make("p", "file", `📎 ${file.name}`));
  node.append(...buttons(message));
  for (const { name } of message.reactions ?? [])
    node.append(make("span", "reaction", `:${name}:`));
  if (!inThread) {
    const button = make("button", "more", "Reply in thread");
    button.type = "button";
    button.addEventListener("click", () => reply(message.ts));
    node.append(button);
  }
  return node;
}

// What only this person sees is in no history: it is kept here.
const private_ = [];
let after = 0;

async function hear() {
  const query = `vendor=slack&after=${after}`;
  const { effects, next } = await ask(`/control/effects?${query}`);
  after = next;
  const mine = effects.filter(({ kind, user: to }) =>
    ["ephemeral", "respond"].includes(kind) && to === user);
  private_.push(...mine);
  return mine.length > 0;
}

function aside(effect) {
  const node = make("article", "row only");
  node.append(make("p", "head", "Only visible to you"),
    lines(plain(effect.text)));
  return node;
}

async function begin() {
  const { slack = [] } = await ask("/control/accounts");
  if (slack.length === 0) throw new Error("the sandbox has no workspace");
  team = slack[0];
  user ??= team.users[0].id;
  people = new Map(team.users.map(({ id, name }) => [id, name]));
  people.set(team.bot_user, team.name);
  part("name").textContent = people.get(user) ?? user;
  const places = [{ id: direct(), name: `Message to ${team.name}` },
    ...team.channels.map(({ id, name }) => ({ id, name: `# ${name}` }))];
  part("place").replaceChildren(...places.map(({ id, name }) => {
    const option = make("option", "", name);
    option.value = id;
    return option;
  }));
}

async function look() {
  if (team === null) await begin();
  const channel = part("place").value;
  const query = new URLSearchParams({ team: team.team, channel });
  const view = await ask(`/control/slack/view?${query}`);
  say(view.status || "online");
  const news = await hear();
  if (!news && view.version === version && shown === channel) return;
  version = view.version;
  shown = channel;
  show([...view.messages, ...private_.filter(({ to }) => to === channel)],
    (item) => item.ts ?? `private ${item.n}`,
    (item) => (item.ts ? row(item) : aside(item)));
}

async function send(text) {
  const channel = part("place").value;
  const command = /^(\/\w+)\s*([^]*)$/.exec(text);
  if (command)
    await ask("/control/slack/command",
      { user, channel, command: command[1], text: command[2] });
  else
    await ask("/control/slack/message", {
      user, channel, text, ...(thread && { thread_ts: thread }),
      ...(channel !== direct() && !thread && { mention: true }),
    });
  version = -1;
  await look();
}

part("leave").addEventListener("click", () => reply(null));
part("place").addEventListener("change", () => { reply(null); look(); });
onSend(send);
follow(look);
