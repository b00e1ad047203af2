// seller_race: two sellers want the same conversation at the same instant, a
// thousand times: exactly one gets it, and the other is told who did.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Seller } from "../lib/seller.mjs";
import { startServer } from "../lib/server.mjs";
import { addSeller } from "../lib/staff.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";

const RACES = 1000;
const AT_ONCE = 20; // races under way

let server;
let sellers;

before(async () => {
  server = await startServer({ settings: { staffBurst: 0, staffPerMinute: 0,
    connectionsPerAddress: 0, sessionsPerMinute: 0, visitorPerMinute: 0 } });
  sellers = await Promise.all(["Ann", "Ben"].map(async (name) =>
    new Seller(server, await addSeller(server, { name })).open(
      // Away, the desk offers them nothing: it is theirs to take.
      { away: true })));
});

after(async () => {
  await Promise.all((sellers ?? []).map((s) => s.close()));
  await server?.stop();
});

// A customer in line; which conversation that is.
async function inLine() {
  const visitor = await new SocketVisitor(server).open();
  await visitor.send({ type: "handoff" });
  await visitor.waitEvent("a place in line", (e) => e.holder === "queue");
  const conversation = Number(visitor.token.split(".")[2]);
  await visitor.close();
  return conversation;
}

// { ack } or { fault }.
const attempt = (seller, act, conversation) =>
  seller.act(act, conversation).then((ack) => ({ seller, ack }),
    ({ fault }) => ({ seller, fault }));

async function race(acts) {
  const conversation = await inLine();
  const order = Math.random() < 0.5 ? [0, 1] : [1, 0];
  const outcomes = await Promise.all(order.map((i) =>
    attempt(sellers[i], acts[i], conversation)));
  const [winner, ...more] = outcomes.filter((o) => o.ack);
  const [loser] = outcomes.filter((o) => o.fault);
  assert.equal(more.length, 0, `both have ${conversation}`);
  assert.ok(winner, `nobody has ${conversation}: ${loser?.fault.code}`);
  assert.equal(winner.ack.agent, winner.seller.id);
  assert.equal(loser.fault.code, "held");
  assert.equal(loser.fault.agent, winner.seller.id);
  assert.equal(loser.fault.name, winner.seller.name);
  return { conversation, winner };
}

async function check({ conversation, winner }) {
  const log = await winner.seller.log(conversation);
  const takes = log.filter((e) => e.kind === "holder" && e.holder === "agent");
  assert.equal(takes.length, 1);
  assert.equal(takes[0].agent, winner.seller.id);
  await winner.seller.act("resolve", conversation);
}

async function races(n, acts) {
  const wins = new Map(sellers.map((s) => [s.id, 0]));
  let left = n;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      const outcome = await race(acts);
      const { id } = outcome.winner.seller;
      wins.set(id, wins.get(id) + 1);
      await check(outcome);
    }
  }));
  return [...wins.values()];
}

test(`${RACES} conversations, each taken by one`, async (t) => {
  const wins = await races(RACES, ["pull", "pull"]);
  t.diagnostic(`won: ${wins.join(" and ")}`);
  assert.equal(wins[0] + wins[1], RACES);
  // Each was first now and then, or it was no race.
  assert.ok(Math.min(...wins) > 0, String(wins));
});

// The desk offers it to one; a supervisor takes it in the same moment.
test("what is offered is accepted, or taken by another", async (t) => {
  const boss = await new Seller(server,
    await addSeller(server, { name: "Cleo", role: "supervisor" })).open(
    { away: true });
  const [ann] = sellers;
  ann.presence(false);
  let accepted = 0;
  for (let i = 0; i < 50; i++) {
    const from = ann.frames.length;
    const conversation = await inLine();
    await ann.offer(conversation, from);
    const [a, b] = await Promise.all([attempt(ann, "accept", conversation),
      attempt(boss, "take_over", conversation)]);
    // What was accepted may be taken over after it, but not the other way.
    const row = await ann.row(conversation);
    assert.ok(b.ack, b.fault?.code);
    assert.equal(row.agent, boss.id);
    if (a.ack) accepted++;
    else assert.equal(a.fault.code, "held");
    await boss.act("resolve", conversation);
  }
  t.diagnostic(`accepted first: ${accepted}`);
  ann.presence(true);
  await boss.close();
});
