// story: what must hold in any conversation with people, however it went: read
// from its whole log, and from what the customer saw of it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const { $defs: shapes } = JSON.parse(
  readFileSync(new URL("../../schemas/event.schema.json", import.meta.url)));
const shown = shapes.visible.oneOf.map(({ $ref }) => $ref.split("/").at(-1))
  .map((name) => shapes[name].properties);
const among = (object, members) => Object.fromEntries(
  Object.entries(object).filter(([name]) => name in members));
const membersOf = ({ properties = {}, oneOf = [] }) =>
  Object.assign({}, properties, ...oneOf.map(membersOf));

// Of a whole event what the schema says that customers see; a name only where
// a person holds.
function visible(e) {
  const shape = shown.find(({ kind, author }) => kind.const === e.kind &&
    (e.kind !== "message" || author.const === e.author));
  if (shape === undefined) return { seq: e.seq, kind: "hidden" };
  const body = among(e.body, membersOf(shape.body));
  if (e.kind === "holder" && e.holder !== "agent") delete body.name;
  return { ...among(e, shape), body };
}

// Who may hold after whom.
const after = {
  bot: ["queue", "email", "agent", "nobody"],
  queue: ["agent", "queue", "email", "bot", "nobody"],
  agent: ["queue", "agent", "bot", "nobody"],
  email: ["queue", "agent", "bot", "nobody"],
  nobody: ["agent", "bot"],
};
const families = { waiting: "line", passed: "line", closed: "away",
  nobody: "away", mailed: "away", back: "bot", ended: "end" };

const rules = {
  holder(s, e) {
    assert.ok(after[s.holder].includes(e.holder),
      `${e.seq}: from ${s.holder} to ${e.holder}`);
    assert.ok(e.holder !== "agent" || e.agent !== s.agent || !s.agent,
      `${e.seq}: ${e.agent} holds already`);
    assert.ok(s.offered === 0 ||
      (e.holder === "agent" && e.agent === s.offered),
      `${e.seq}: ${e.holder}, but it is offered to ${s.offered}`);
    if (s.holder === "email" && e.holder === "queue")
      assert.equal(e.body.why, s.unreached ? "unreached" : "recall",
        `${e.seq}: back from the support desk`);
    if (e.holder === "email")
      assert.ok(!s.unreached || e.body.why === "desk_say",
        `${e.seq}: to a support desk that is not reached`);
    if (e.holder === "email" || e.holder === "nobody") s.unreached = false;
    Object.assign(s, { holder: e.holder, agent: e.agent ?? 0, offered: 0,
      told: [] });
  },
  note(s, e) {
    if (e.note === "unreached") s.unreached = true;
  },
  resolved(s) {
    s.unreached = false;
  },
  offer(s, e) {
    assert.equal(s.holder, "queue", `${e.seq}: offered`);
    assert.equal(s.offered, 0, `${e.seq}: offered twice`);
    s.offered = e.agent;
  },
  offer_end(s, e) {
    assert.equal(s.offered, e.agent, `${e.seq}: an end of no offer`);
    s.offered = 0;
  },
  message(s, e) {
    speaks[e.author](s, e);
  },
};

const speaks = {
  customer() {},
  bot(s, e) {
    assert.equal(s.holder, "bot", `${e.seq}: the bot speaks`);
  },
  agent(s, e) {
    s.unreached = false;
    if (e.agent === undefined)
      assert.equal(s.holder, "email", `${e.seq}: the desk speaks`);
    else if (!s.supervisors.has(e.agent))
      assert.equal(s.agent, e.agent, `${e.seq}: ${e.agent} speaks`);
  },
  system(s, e) {
    const family = families[e.body.notice];
    assert.ok(!s.told.includes(family),
      `${e.seq}: told twice: ${e.body.notice}`);
    s.told.push(family);
  },
};

// supervisors: whose word may come from beside. Gives who holds in the end.
export function checkLog(events, supervisors = []) {
  const s = { holder: "bot", agent: 0, offered: 0, told: [],
    unreached: false, supervisors: new Set(supervisors) };
  events.forEach((e, i) => {
    assert.equal(e.seq, i + 1);
    rules[e.kind]?.(s, e);
  });
  return s;
}

const said = (e) => e.kind === "message" && e.author !== "customer";

// The texts that the log says the customer was told, in order.
export const toldBy = (events) => events.filter(said).map((e) => e.body.text);

// What reached a customer of a vendor is what the log says, each once, in
// order. Channels put the name of who speaks before it, and mark up.
export function checkHeard(events, heard) {
  const wanted = toldBy(events);
  assert.deepEqual(heard.map((e, i) =>
    e.text.endsWith(wanted[i]) ? wanted[i] : e.text), wanted);
  const rows = heard.map((e) => e.row);
  assert.equal(new Set(rows).size, rows.length, "a row went out twice");
}

// What a visitor was shown is each event of the log, as far as it is theirs to
// know, or a number in its place.
export function checkSeen(events, shown) {
  for (const event of shown)
    assert.deepEqual(event, visible(events[event.seq - 1]));
}

// One line an event, for people.
export const tell = (events) => events.map((e) =>
  `${e.seq} ${e.kind} ${e.author}${e.agent ? ` ${e.agent}` : ""} ` +
  `${e.holder ?? ""} ${JSON.stringify(e.body)}`).join("\n");
