// What one seller may take of all: requests, sockets; and what they do with
// messages that did not arrive is written down.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { startServer } from "../lib/server.mjs";
import { inShop } from "../lib/shop.mjs";
import { Browser, is, newSeller } from "../lib/staff.mjs";
import { until, within } from "../lib/until.mjs";

const SOCKETS = 32; // PRESENCE_SOCKETS
const ASKS = 32; // for each message that may be sent

let server;
before(async () => {
  server = await startServer({
    companies: { demo: { name: "Demo" } },
    settings: { connectionsPerAddress: 0, staffBurst: 2, staffPerMinute: 60 },
  });
});
after(() => server?.stop());

test("one session asks only so often, and keeps nobody waiting", async () => {
  const anna = await newSeller(server);
  const ben = await newSeller(server);
  const answers = await Promise.all(Array.from({ length: 4 * ASKS }, () =>
    anna.get("/v1/staff/counts")));
  const refused = answers.filter((a) => a.status === 429);
  assert.ok(refused.length > ASKS / 2, String(refused.length));
  assert.ok(answers.length - refused.length >= 2 * ASKS - 5);
  is(refused[0], 429, "too_many");
  assert.ok(Number(refused[0].headers.get("retry-after")) >= 1);
  is(await ben.get("/v1/staff/counts"), 200);
  is(await anna.again().then((a) => a.get("/v1/staff/counts")), 200);
});

// What comes first from a socket that says hello.
function knock(cookie, key) {
  const socket = new WebSocket(new URL("/v1/staff/socket", server.socketBase),
    { headers: cookie ? { cookie, origin: server.base } : {} });
  return within("an answer", new Promise((done, fail) => {
    socket.on("error", fail);
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello",
      ...(key ? { key } : {}) })));
    socket.on("message", (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.type === "welcome" || frame.type === "error")
        done({ socket, frame });
    });
  }));
}

for (const [who, ways] of Object.entries({
  "a seller": async () => {
    const anna = await newSeller(server);
    const other = await anna.again();
    return [() => knock(anna.cookie), () => knock(other.cookie)];
  },
  "a key of the company's own": async () => {
    const boss = await newSeller(server, { role: "admin" });
    const { key } = is(await boss.post("/v1/staff/keys",
      { name: "crm", role: "supervisor" }), 200);
    return [() => knock(undefined, key), () => knock(undefined, key)];
  },
}))
  test(`${who} has only so many sockets`, async () => {
    const [one, two] = await ways();
    const open = [];
    // So many hellos at once are too fast by another rule.
    while (open.length < SOCKETS) {
      const came = await one();
      if (came.frame.type === "welcome") open.push(came.socket);
      else assert.equal(came.frame.detail, "too much at once; wait a little");
    }
    const more = await until("the answer", async () => {
      const came = await two();
      return !/too much at once/.test(came.frame.detail) && came;
    });
    assert.equal(more.frame.code, "too_many");
    assert.match(more.frame.detail, /32 WebSockets/);
    const gone = new Promise((done) => open[0].on("close", done));
    open[0].close();
    await within("the close", gone);
    const last = await until("room for one", async () => {
      const came = await two();
      return came.frame.type === "welcome" && came;
    });
    for (const socket of [...open, last.socket]) socket.terminate();
  });

test("what is sent again, or given up, is in the audit",
  inShop({ sellers: [{ name: "sam", role: "admin" }] }, async (shop) => {
    const { sam } = shop.sellers;
    await sam.open();
    const bo = shop.slack();
    await bo.say("Can I talk to a human?");
    const { conversation } = await sam.offer();
    await sam.takes(conversation);
    await bo.hears("in line");
    await shop.control("faults", { rules: [{ vendor: "slack",
      path: "/slack/api/chat.postMessage", kind: "status", status: 200,
      body: "{\"ok\":false,\"error\":\"channel_not_found\"}" }] });
    for (const text of ["One.", "Two."])
      await sam.say(conversation, text, { seen: Number.MAX_SAFE_INTEGER });
    const lane = await until("both are given up", async () =>
      (await sam.ask("GET", "lanes")).lanes.find((l) => l.dead === 2));
    await shop.control("faults", { rules: [] });
    const { rows } = await sam.ask("GET",
      `lanes/${lane.lane}/outbox?given_up=true`);
    await sam.ask("POST", `outbox/${rows[0].row}/replay`, {});
    await bo.hears("One.");
    await sam.ask("POST", `lanes/${lane.lane}/replay`, { drop: true });
    const did = await until("the lines", async () => {
      const lines = (await sam.audit()).filter((l) =>
        l.what.startsWith("outbox."));
      return lines.length === 2 && lines;
    });
    assert.deepEqual(did.map((l) => [l.what, l.agent, l.outcome, l.detail]), [
      ["outbox.drop", sam.id, "ok", { row: 0, lane: lane.lane, rows: 1 }],
      ["outbox.replay", sam.id, "ok", { row: rows[0].row, lane: 0, rows: 1 }],
    ]);
    assert.ok(!(await bo.texts()).some((t) => t.includes("Two.")));
  }));
