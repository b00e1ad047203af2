// phone: one person's WhatsApp. ?number= ours, ?person= theirs, ?name=.
import { ask, clock, follow, lines, make, onSend, part, say, show } from "./talk.js";

const asked = new URLSearchParams(location.search);
const person = asked.get("person") ?? "whatsapp:+15557650001";
const name = asked.get("name") ?? "Sam Rivers";
let number = asked.get("number");
let version = -1;
const marked = new Set();

const TICKS = {
  queued: ["🕓", "waiting"], accepted: ["🕓", "waiting"],
  sending: ["🕓", "waiting"], sent: ["✓", "sent"], failed: ["!", "failed"],
  undelivered: ["!", "not delivered"],
};

// Of what the person wrote; of ours only what went wrong.
function tick(message) {
  if (message.inbound)
    return message.read ? ["✓✓", "read", "seen"] : ["✓✓", "delivered"];
  return message.status in TICKS ? TICKS[message.status] : null;
}

function picture(message) {
  if (!message.media) return null;
  const url = `/twilio/media/${message.media}?Expires=4102444800`;
  if (!message.media_type.startsWith("image/")) {
    const link = make("a", "file", message.media_type);
    link.href = url;
    return link;
  }
  const image = make("img", "picture");
  image.src = url;
  image.alt = "A picture";
  return image;
}

function row(message) {
  const node = make("article", message.inbound ? "row mine" : "row");
  const media = picture(message);
  if (media) node.append(media);
  if (message.body) node.append(lines(message.body));
  const foot = make("p", "foot", clock(message.at));
  const mark = tick(message);
  if (mark) {
    const node = make("span", mark[2] ?? "", ` ${mark[0]}`);
    node.setAttribute("aria-label", mark[1]);
    node.setAttribute("role", "img");
    foot.append(node);
  }
  if (message.error) foot.append(` error ${message.error}`);
  node.append(foot);
  return node;
}

// What is on the screen of a person who looks has been read.
async function markRead(messages) {
  if (document.hidden) return;
  for (const { sid, inbound, status } of messages) {
    if (inbound || status !== "delivered" || marked.has(sid)) continue;
    marked.add(sid);
    await ask("/control/twilio/status", { sid, status: "read" });
  }
}

async function look() {
  if (!number) {
    const { twilio = [] } = await ask("/control/accounts");
    number = twilio.flatMap((account) => account.numbers)
      .find((address) => address.startsWith("whatsapp:"));
    if (!number) throw new Error("the sandbox has no WhatsApp number");
  }
  const query = new URLSearchParams({ number, person });
  const view = await ask(`/control/twilio/view?${query}`);
  part("name").textContent = number.replace("whatsapp:", "");
  say(view.typing ? "typing …" : "online");
  if (view.version === version) return;
  version = view.version;
  show(view.messages, ({ sid }) => sid, row);
  await markRead(view.messages);
}

onSend((body) =>
  ask("/control/twilio/message", { from: person, to: number, body, name })
    .then(look));
follow(look);
