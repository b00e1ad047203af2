// What another process does to accounts: open sockets hear of it from the
// store, long before they would look by themselves (with their next ping).

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Seller } from "../lib/seller.mjs";
import { startServer } from "../lib/server.mjs";
import { addSeller, agentCommand, is, newSeller } from "../lib/staff.mjs";
import { within } from "../lib/until.mjs";

const SOON_MS = 2000;

for (const mode of ["serve", "split"])
  describe(mode, () => {
    let server;
    before(async () => {
      server = await startServer({ mode,
        companies: { demo: { name: "Demo" }, others: { name: "Others" } },
        settings: { pingMs: "60s", pongMs: "10s", hubThreads: 2,
          sessionsPerMinute: 0 } });
    });
    after(() => server?.stop());

    const there = async (options) => {
      const s = await new Seller(server, await addSeller(server, options))
        .open({ away: true });
      s.steady = false;
      return s;
    };

    async function isSentAway(seller) {
      await within("the end", seller.over, SOON_MS);
      assert.deepEqual(seller.closed, { code: 1008, reason: "session_over" });
      is(await seller.call("GET", "me"), 401, "not_logged_in");
    }

    for (const what of ["disable", "reset"])
      test(`\`frontdesk agent ${what}\` ends sockets`, async () => {
        const [sam, bea, ann, zoe] = [await there(), await there(),
          await there(), await there({ company: "others" })];
        for (const gone of [sam, bea]) {
          await agentCommand(server, [what, "demo", gone.email]);
          await isSentAway(gone);
        }
        // Nobody else is.
        await Promise.all([ann, zoe].map((s) => s.call("GET", "me")
          .then((answer) => is(answer, 200))));
        assert.ok(ann.isOpen && zoe.isOpen);
        await Promise.all([ann.close(), zoe.close()]);
      });

    test("a role that may do less ends sockets", async () => {
      const boss = await newSeller(server, { role: "admin" });
      const role = `helper-${mode}`;
      const path = `/v1/staff/roles/${role}`;
      const { version } = is(await boss.ask("PUT", path,
        { permissions: ["answer", "take"] }), 200);
      const sam = await there({ role });
      is(await boss.ask("PUT", path, { permissions: ["answer"], version }), 200);
      await within("the end", sam.over, SOON_MS);
      assert.deepEqual(sam.closed, { code: 1008, reason: "session_over" });
    });
  });
