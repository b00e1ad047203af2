// mailbox: the mails that went to people: to the support desk, and to
// customers. Whoever they went to can answer. ?person= whose mailbox.
import { ask, clock, follow, lines, make, onSend, part, say, show } from "./talk.js";

let person = new URLSearchParams(location.search).get("person");
const mails = []; // {id, to, from, reply, subject, text, at, mine}
let after = 0;
let told = 0; // effects
const texts = new Map(); // what the ledger says of each, by its Message-ID
let waited = false; // for the ledger to know them all
let answered = null; // the mail that an answer goes to
let chosen = false; // by hand

// A field of a mail's header, unfolded.
function field(header, name) {
  const found = new RegExp(`^${name}: *(.*)$`, "mi").exec(header);
  return found ? found[1].trim() : "";
}

const address = (words) => /<([^>]+)>/.exec(words)?.[1] ?? words;
const called = (words) => words.replace(/<[^>]+>/, "").replaceAll("\"", "")
  .trim() || words;

const headerOf = ({ raw }) =>
  atob(raw).split("\r\n\r\n", 1)[0].replace(/\r\n[ \t]+/g, " ");
const idOf = (message) => field(headerOf(message), "Message-ID");

// The header says where answers go; the ledger has the text, decoded.
function take(message) {
  const header = headerOf(message);
  const id = idOf(message);
  const effect = texts.get(id);
  const from = field(header, "From");
  mails.push({ id, to: message.to, at: message.at, from: called(from),
    reply: address(field(header, "Reply-To") || from),
    subject: effect?.subject ?? field(header, "Subject"),
    text: (effect?.text ?? "").replaceAll("\r\n", "\n").trim() });
}

function choose(mail) {
  answered = mail;
  part("thread").textContent = `Answering “${mail.subject}”`;
  for (const id of ["text", "form"])
    for (const e of [part(id), ...part(id).querySelectorAll("button")])
      e.disabled = false;
}

function row(mail) {
  const node = make("article", mail.mine ? "row mine" : "row");
  const head = make("p", "head");
  head.append(make("strong", "", mail.mine ? "You" : mail.from), " ",
    make("time", "", clock(mail.at)));
  node.append(head, make("h2", "", mail.subject), lines(mail.text));
  if (mail.mine) return node;
  const button = make("button", "more", "Answer this one");
  button.type = "button";
  button.addEventListener("click", () => {
    chosen = true;
    choose(mail);
    part("text").focus();
  });
  node.append(button);
  return node;
}

// Everybody who ever got a mail; whoever got the first one is shown.
function drawPeople() {
  const place = part("place");
  const all = [...new Set(mails.filter((m) => !m.mine).flatMap((m) => m.to))];
  if (person && !all.includes(person)) all.unshift(person);
  person ??= all[0] ?? null;
  if (place.options.length === all.length) return;
  place.replaceChildren(...all.map((to) => {
    const option = make("option", "", to);
    option.value = to;
    option.selected = to === person;
    return option;
  }));
}

function draw() {
  drawPeople();
  const mine = mails.filter((m) => m.to.includes(person));
  const newest = mine.findLast((m) => !m.mine);
  // Who writes an answer already goes on with that mail.
  const writes = answered !== null && part("text").value !== "";
  if (newest && !chosen && !writes) choose(newest);
  show(mine, (m) => m.id, row);
}

// The ledger hears of a mail right after the mailbox, and more may come between
// the two questions. What the ledger has forgotten is not waited for.
async function look() {
  const { messages, next } = await ask(`/control/mail/messages?after=${after}`);
  const { effects, next: heard } =
    await ask(`/control/effects?vendor=mail&after=${told}`);
  for (const effect of effects) texts.set(effect.id, effect);
  told = heard;
  waited = !waited && messages.some((m) => !texts.has(idOf(m)));
  if (waited) return;
  for (const message of messages) take(message);
  after = next;
  say("online");
  if (messages.length > 0 || part("talk").childElementCount === 0) draw();
}

// As mail programs do it: the answer, and what is answered below it.
async function send(text) {
  const { reply, subject, id, text: before } = answered;
  const quoted = before.split("\n").map((line) => `> ${line}`).join("\n");
  const title = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  const { message_id: own } = await ask("/control/mail/message", {
    from: person, to: reply, subject: title, in_reply_to: id,
    references: id, text: `${text}\n\n${quoted}\n` });
  mails.push({ id: own, to: [person], at: Date.now(), subject: title, text,
    mine: true });
  chosen = false;
  draw();
}

part("place").addEventListener("change", ({ target }) => {
  person = target.value;
  answered = null;
  chosen = false;
  draw();
});
onSend(send);
follow(look);
