// webhooks: a company's own system is told what happens, by the real binary:
// signed, in order, again until it has taken it; and only at addresses that may
// be asked.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  SECRET, example, genuine, startReceiver, webhook,
} from "../lib/receiver.mjs";
import {
  SECRET as IDENTITY, binary, company, startServer,
} from "../lib/server.mjs";
import { addSeller } from "../lib/staff.mjs";
import { until } from "../lib/until.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";

const [hours] = company.faq;
const PRIVATE = { webhooksPrivate: true, listenOps: "127.0.0.1:0",
  connectionsPerAddress: 0, sessionsPerMinute: 0, logLevel: "debug" };

let receiver, server;

const shop = {
  ...company,
  teams: [{ key: "sales", name: "Sales" }],
  handoff: { team: "sales" },
};

async function start(more = {}, mode = "serve", settings = PRIVATE) {
  receiver = await startReceiver();
  server = await startServer({ mode, settings, companies: {
    shop: { ...shop, webhooks: [webhook(receiver, more)] } } });
}

async function stop() {
  const said = server === undefined ? ""
    : Object.values(server.processes).map((p) => p.errors).join("");
  await server?.stop();
  await receiver?.stop();
  server = receiver = undefined;
  assert.ok(!said.includes(SECRET), "the secret stands in the log");
}

const open = () => new SocketVisitor(server, { company: "shop" }).open();

// Opened, asked, answered: what that is told as.
const CHAT = ["conversation_created", "message_created", "message_created"];

async function chat() {
  const v = await open();
  await v.ask(hours.question);
  await v.close();
}

const isTold = (n) => until(`${n} deliveries`, () =>
  receiver.taken().length >= n || undefined);

// What the second door says of the webhook.
async function lane() {
  const answer = await fetch(new URL("/health", await server.door()));
  const { checks } = await answer.json();
  return checks.channels.accounts.find((a) => a.account === "crm");
}

const laneIs = (state) => until(`the webhook to be ${state}`, async () => {
  const found = await lane();
  return found?.state === state ? found : undefined;
});

for (const mode of ["serve", "split"])
  describe(`told, ${mode}`, () => {
    before(() => start({}, mode));
    after(stop);

    test("a conversation, signed and in order", async () => {
      const v = await open();
      await v.ask(hours.question);
      await v.ask("xyzzy plugh");
      await v.close();
      await isTold(5);
      receiver.check();
      assert.deepEqual(receiver.names(),
        [...CHAT, "message_created", "message_created"]);
      const [opened, asked, answered] = receiver.taken().map((d) => d.told);
      assert.equal(opened.company, "shop");
      assert.equal(opened.conversation.channel, "web");
      assert.equal(asked.data.author, "customer");
      assert.equal(asked.data.body.text, hours.question);
      assert.equal(answered.data.body.text, hours.answer);
      assert.equal(answered.conversation.status, "pending");
      assert.ok(asked.conversation.contact.id > 0);
      assert.equal(asked.conversation.contact.address, undefined);
    });

    test("many conversations at once", async () => {
      const before = receiver.taken().length;
      await Promise.all(Array.from({ length: 20 }, chat));
      await isTold(before + 60);
      receiver.check();
    });

    test("who the customer is", async () => {
      const v = await open();
      const hmac = createHmac("sha256", IDENTITY).update("u7").digest("hex");
      await v.send({ type: "identify", user: "u7", hmac, name: "Ann" });
      const { told } = await receiver.wait("the news", (d) =>
        d.event === "contact_identified");
      assert.equal(told.conversation.contact.external_id, "u7");
      assert.equal(told.conversation.contact.name, "Ann");
      await v.close();
      receiver.check();
    });
  });

describe("handed over", () => {
  before(() => start({}));
  after(stop);

  test("the request, whose it is, and the status", async () => {
    await addSeller(server, { company: "shop" }); // or there is nobody
    const v = await open();
    await v.say("I want to talk to a human");
    const { told } = await receiver.wait("the request", (d) =>
      d.event === "handoff_requested");
    assert.deepEqual(told.was, { status: "pending", holder: "bot" });
    assert.equal(told.conversation.holder, "queue");
    assert.equal(told.conversation.team_key, "sales");
    assert.equal(told.data.kind, "holder");
    for (const event of ["assignee_changed", "conversation_status_changed"])
      await receiver.wait(event, (d) => d.event === event &&
        d.told.conversation.seq === told.conversation.seq);
    await v.close();
    receiver.check();
  });
});

describe("only what is wanted", () => {
  before(() => start({ events: ["conversation_created"] }));
  after(stop);

  test("others are not told", async () => {
    await chat();
    await chat();
    await isTold(2);
    assert.deepEqual(receiver.got.map((d) => d.event),
      ["conversation_created", "conversation_created"]);
  });
});

describe("receivers that fail", () => {
  before(() => start());
  after(stop);

  test("500 and a cut are tried again with the same id", async () => {
    const failing = ["cut", 500, 302];
    receiver.answer = (d, nth) =>
      nth > 1 || d.event !== "conversation_created" ? 200
        : failing[d.told.conversation.id - 1] ?? 200;
    await Promise.all(failing.map(chat));
    await isTold(9);
    receiver.check();
    const again = receiver.got.filter((d) => !d.taken);
    assert.deepEqual(again.map((d) => d.event),
      Array(3).fill("conversation_created"));
    for (const { id, headers, body } of again) {
      const tries = receiver.tries(id);
      assert.equal(tries.length, 2);
      assert.deepEqual(tries[1].body, body);
      assert.ok(Number(tries[1].headers["x-frontdesk-timestamp"]) >
        Number(headers["x-frontdesk-timestamp"]), "signed at each try");
    }
  });

  test("who is down is told when they are back", async () => {
    const before = receiver.taken().length;
    receiver.answer = () => 200;
    await receiver.close();
    await Promise.all(Array.from({ length: 6 }, chat));
    const down = await laneIs("down");
    assert.ok(down.open > 0 && down.detail.length > 0);
    await receiver.listen();
    await isTold(before + 18);
    receiver.check();
    await until("the webhook to flow", async () =>
      await lane() === undefined || undefined);
  });

  test("a kill in between loses and doubles nothing", async () => {
    const before = receiver.taken().length;
    const work = Promise.allSettled(Array.from({ length: 10 }, chat));
    await until("the first", () => receiver.taken().length > before);
    await server.restart("SIGKILL");
    await work;
    await chat();
    await until("all of it to be told", () => everythingIsTold());
    const ids = receiver.taken().map(({ id }) => id);
    const things = receiver.taken().map(({ event, told }) =>
      `${told.conversation.id}:${told.conversation.seq}:${event}`);
    assert.equal(new Set(ids).size, new Set(things).size);
  });

  // Who was opened may never have come to ask; who asked is answered.
  function everythingIsTold() {
    const seqs = new Map();
    for (const { told: { conversation: c } } of receiver.taken())
      seqs.set(c.id, (seqs.get(c.id) ?? new Set()).add(c.seq));
    return [...seqs.values()].every((told) =>
      Math.max(...told) === told.size && told.size !== 2);
  }
});

describe("stopped", () => {
  before(() => start());
  after(stop);

  test("410 blocks it until somebody acts", async () => {
    receiver.answer = () => 410;
    await chat();
    const blocked = await laneIs("blocked");
    assert.match(blocked.detail, /410/);
    const tries = receiver.got.length;
    receiver.answer = () => 200;
    await server.apply("shop", { ...shop, description: "They are back.",
      webhooks: [webhook(receiver)] });
    await isTold(3);
    receiver.check();
    assert.deepEqual(receiver.names(), CHAT);
    assert.ok(receiver.got.length <= tries + 3);
  });
});

describe("given up", () => {
  before(() => start());
  after(stop);

  test("it is listed, and sent again when somebody says so", async () => {
    receiver.answer = (d) => d.event === "conversation_created" ? 422 : 200;
    await chat();
    await until("two tries", () => receiver.got.length >= 2);
    const [{ id }] = receiver.got;
    await server.end("serve");
    execFileSync(join(binary, "../tests/effect_age"),
      [join(server.dir, "data/frontdesk.db"), "73"]);
    await server.start("serve");
    await isTold(2);
    const list = await server.command("outbox", "list");
    const [head, row] = list.split("\n");
    assert.match(head, /^shop\/webhook\/crm\tlane \d+ flows\t0 to go out, 0 unknown, 1 dead/);
    assert.match(row, new RegExp(`^  ${id}\tdead\tconversation 1, event 1, ` +
      "conversation_created, \\d+ attempts\t422: "));
    await until("it to be counted", async () => (await lane())?.dead === 1);
    receiver.answer = () => 200;
    assert.match(await server.command("outbox", "replay", id), /1 to be sent/);
    await isTold(3);
    assert.equal(receiver.taken().at(-1).id, id);
  });
});

describe("private addresses", () => {
  before(() => start({}, "serve", { ...PRIVATE, webhooksPrivate: false }));
  after(stop);

  test("are not asked, and that is said", async () => {
    await chat();
    const blocked = await laneIs("blocked");
    assert.match(blocked.detail, /may not be asked/);
    assert.equal(blocked.open, 3);
    assert.equal(receiver.got.length, 0);
  });
});

describe("receivers' checks", () => {
  const at = () => Math.floor(Date.now() / 1000);
  const sign = (body, secret = SECRET, time = at()) => ({
    "x-frontdesk-timestamp": String(time),
    "x-frontdesk-signature": "v1=" + createHmac("sha256", secret)
      .update(`${time}.${body}`).digest("hex") });
  const body = "{\"id\":\"1\"}";
  const cases = [
    ["genuine", sign(body), body, true],
    ["another secret", sign(body, "another"), body, false],
    ["another body", sign(body), "{\"id\":\"2\"}", false],
    ["an old one", sign(body, SECRET, at() - 301), body, false],
    ["one of tomorrow", sign(body, SECRET, at() + 86400), body, false],
    ["no signature", { "x-frontdesk-timestamp": String(at()) }, body, false],
    ["nothing", {}, body, false],
    ["two of them", { ...sign(body), "x-frontdesk-signature":
      `v1=00,${sign(body)["x-frontdesk-signature"]}` }, body, true],
  ];

  for (const [name, headers, sent, wanted] of cases)
    test(`Node: ${name}`, () => {
      assert.equal(genuine(headers, Buffer.from(sent), SECRET), wanted);
    });

  const title = (name) => name.replace(/(^|-)./g, (s) => s.toUpperCase());
  test("Python says the same", (t) => {
    const asked = cases.map(([, headers, sent]) => [Object.fromEntries(
      Object.entries(headers).map(([k, v]) => [title(k), v])), sent]);
    let said;
    try {
      said = execFileSync("python3", ["-c", `${example("python")}
import json, sys
for headers, body in json.load(sys.stdin):
    print(genuine(headers, body.encode(), ${JSON.stringify(SECRET)}))`],
        { input: JSON.stringify(asked), encoding: "utf8" });
    } catch (error) {
      if (error.code === "ENOENT") return t.skip("there is no python3");
      throw error;
    }
    assert.deepEqual(said.trim().split("\n"),
      cases.map(([, , , wanted]) => wanted ? "True" : "False"));
  });
});
