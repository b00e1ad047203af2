// The processes that send mail die, each as soon as it has begun: /health says
// so within seconds, and when they live again the mail goes out.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { DESK, inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const SOON_MS = 10_000;

// The processes that this one has started.
function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

async function channelsFlow(shop) {
  const answer = await fetch(`${shop.server.base}/health`);
  return (await answer.json()).checks.channels.ok;
}

test("that mailers die is seen at once, and passes", inShop({},
  async (shop) => {
    await shop.sellers.sam.login();
    // Slow enough to be caught before the mail is with the server.
    await shop.control("faults", { rules: [
      { vendor: "mail", path: "/smtp/connect", kind: "delay", ms: 300 }] });
    const { pid } = shop.server.processes.serve.child;
    let killing = true;
    const killer = until("the end", () => {
      for (const child of childrenOf(pid)) process.kill(child, "SIGKILL");
      return !killing;
    }, 2 * SOON_MS);
    try {
      const began = Date.now();
      await shop.whatsapp().say("Can I talk to a real person?");
      await until("the lane is down", async () => !await channelsFlow(shop));
      assert.ok(Date.now() - began < SOON_MS, `${Date.now() - began} ms`);
      assert.match(await shop.server.command("outbox", "list"),
        /email\/support.*down.*process ended/);
    } finally {
      killing = false;
      await killer;
    }
    await shop.control("faults", { rules: [] });
    await shop.mail.next(DESK);
    await until("the lane flows", () => channelsFlow(shop));
  }));
