// faults: what a gateway and its workers lose, and what nobody may notice of
// it: notices and news, a worker in the middle of an answer, the room on the
// disk; and the folder that another one has.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  Process, Server, company, slowCompany, startServer,
} from "../lib/server.mjs";
import { until } from "../lib/until.mjs";
import { SocketVisitor } from "../lib/visitor.mjs";
import { call } from "../lib/visitor_http.mjs";

const [hours] = company.faq;

describe("every work notice is lost", () => {
  let server;
  before(async () => {
    server = await startServer({
      mode: "split", settings: { testLoseWork: 1, sweepMs: "50ms" },
    });
  });
  after(() => server?.stop());

  test("the sweeper answers", async () => {
    const visitor = await new SocketVisitor(server).open();
    for (let i = 0; i < 3; i++) {
      const answer = await visitor.ask(hours.question);
      assert.equal(answer.body.text, hours.answer);
    }
    visitor.checkDense();
    await visitor.close();
  });
});

for (const [what, every] of [["every piece", 1], ["every second piece", 2]])
  describe(`${what} of news is lost`, () => {
    let server;
    before(async () => {
      server = await startServer({
        mode: "split", settings: { testLoseNews: every, pingMs: "300ms" },
      });
    });
    after(() => server?.stop());

    test("visitors see every event, once, in order", async () => {
      const visitors = await Promise.all(Array.from({ length: 5 },
        () => new SocketVisitor(server).open()));
      await Promise.all(visitors.map(async (visitor) => {
        for (let i = 0; i < 3; i++) await visitor.ask(hours.question);
        visitor.checkDense();
        await visitor.close();
      }));
    });
  });

describe("a worker dies while it types", () => {
  test("another one finishes when the claim has stood still", async () => {
    const server = await startServer({
      mode: "split", companies: { slow: slowCompany },
      settings: { leaseMs: "500ms", sweepMs: "50ms" },
    });
    try {
      const visitor = await new SocketVisitor(server,
        { company: "slow" }).open();
      const ack = await visitor.say(hours.question);
      await visitor.wait("a draft", (frame) => frame.type === "draft");
      await server.restart("SIGKILL", "worker");
      const answer = await visitor.answerTo(ack.seq);
      assert.equal(answer.body.text, hours.answer);
      visitor.checkDense();
      await visitor.close();
    } finally {
      await server.stop();
    }
  });
});

// Who has the lock of a gateway's folder, until its input ends.
async function holds(path) {
  const holder = spawn("flock", [path, "sh", "-c", "echo held; exec cat"],
    { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  return holder;
}

const hasOpen = (pid, path) => readdirSync(`/proc/${pid}/fd`).some((fd) => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`) === path;
  } catch {
    return false;
  }
});

test("waits for a folder that one who was killed has not let go of yet",
  async () => {
    const server = await startServer();
    const data = join(server.dir, "data");
    const lock = join(data, "gateway.lock");
    await server.end("serve", "SIGKILL");
    const holder = await holds(lock);
    try {
      const begins = server.start("serve");
      const { pid } = server.processes.serve.child;
      await until("it is at the lock", () => hasOpen(pid, lock));
      holder.stdin.end();
      await begins;
      const other = new Process(["serve", "--data-dir", data,
        "--listen", "127.0.0.1:0"]);
      assert.equal((await other.ended).code, 1);
      assert.match(other.errors, /another gateway runs on the folder/);
    } finally {
      holder.stdin.end();
      await server.stop();
    }
  });

// A file system of a few megabytes, or why there can be none.
function smallDisk() {
  const dir = mkdtempSync(join(tmpdir(), "frontdesk-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", dir],
      { stdio: "pipe" });
  } catch {
    rmSync(dir, { recursive: true });
    return undefined;
  }
  const folder = join(dir, "server");
  mkdirSync(folder);
  const free = () => {
    execFileSync("umount", ["-l", dir]);
    rmSync(dir, { recursive: true });
  };
  return { folder, ballast: join(dir, "ballast"), free };
}

// Writes into the file until the disk takes no more.
function fillUp(path) {
  for (let size = 64 << 10; size >= 512; size /= 2)
    for (;;)
      try {
        writeFileSync(path, Buffer.alloc(size, 1), { flag: "a" });
      } catch {
        break;
      }
}

async function health(server) {
  const answer = await fetch(server.url("/health"));
  return { status: answer.status, body: await answer.json() };
}

describe("the disk is full", () => {
  test("refuses, stays up, loses nothing, goes on", async (t) => {
    const disk = smallDisk();
    if (!disk) {
      t.skip("no right to mount a small file system here");
      return;
    }
    const server = new Server("serve", disk.folder,
      { visitorBurst: 0, visitorPerMinute: 0 });
    try {
      await server.apply("demo", company);
      await server.startAll();
      const visitor = await new SocketVisitor(server).open();
      const first = await visitor.ask(hours.question);
      fillUp(disk.ballast);

      const { token } = visitor;
      const send = (id) => call(server, "POST", "/v1/visitor/messages",
        { token, body: { id, text: hours.question.repeat(20) } });
      const acked = [];
      const refused = await until("a refusal", async () => {
        const id = `full-${acked.length}`;
        const answer = await send(id);
        if (answer.status === 200) acked.push(answer.body.seq);
        return answer.status === 200 ? undefined : answer;
      });
      assert.equal(refused.status, 503);
      assert.equal(refused.body.code, "no_room");
      const ill = await health(server);
      assert.equal(ill.status, 503);
      assert.equal(ill.body.checks.store.ok, false);
      // Reading still works.
      const log = await call(server, "GET", "/v1/visitor/events?after=0",
        { token });
      assert.equal(log.status, 200);
      assert.ok(log.body.seq >= first.seq);

      truncateSync(disk.ballast, 0);
      await until("health", async () =>
        (await health(server)).status === 200 || undefined);
      const again = await call(server, "POST", "/v1/visitor/messages",
        { token, body: { id: "after", text: hours.question } });
      assert.equal(again.status, 200);
      await visitor.answerTo(again.body.seq);
      visitor.checkDense();
      for (const seq of acked)
        assert.ok(visitor.events.some((event) => event.seq === seq));
      await visitor.close();
    } finally {
      await server.stop();
      disk.free();
    }
  });
});
