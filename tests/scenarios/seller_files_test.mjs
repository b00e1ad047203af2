// Files that customers send: who may read the conversation has an address for
// them, signed and good for a while, by whatever way they read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startReceiver, webhook } from "../lib/receiver.mjs";
import { valid } from "../lib/schema.mjs";
import { inShop } from "../lib/shop.mjs";
import { until } from "../lib/until.mjs";

const DAY = 24 * 3600 * 1000;
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlE" +
  "QVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

const isFile = (e) => e.kind === "file" && e.body.hash !== undefined;
const addressOf = (e) => new URL(e.body.url, "http://x").searchParams;

async function bytesAt(shop, url) {
  const answer = await fetch(shop.server.url(url));
  return { status: answer.status, type: answer.headers.get("content-type"),
    name: answer.headers.get("content-disposition"),
    bytes: Buffer.from(await answer.arrayBuffer()) };
}

test("sellers and visitors get an address with each file",
  inShop({ movable: true }, async (shop) => {
    const { sam } = shop.sellers;
    await sam.open();
    const bo = shop.whatsapp();
    await shop.control("twilio/message", { from: bo.place,
      to: "whatsapp:+15550000000", body: "Can I talk to a human?",
      media: [{ type: "image/png", base64: PNG.toString("base64") }] });
    const { conversation } = await sam.offer();
    const { events } = await sam.watch(conversation);
    const live = await until("the file", () => events.find(isFile));
    assert.equal(live.body.type, "image/png");
    assert.equal(live.body.size, PNG.length);
    assert.match(live.body.url, /^\/v1\/files\/[0-9a-f]{64}\?/);
    const kept = (await sam.log(conversation)).find(isFile);
    assert.deepEqual(kept, live);
    const got = await bytesAt(shop, live.body.url);
    assert.equal(got.status, 200);
    assert.equal(got.type, "image/png");
    assert.match(got.name, /^inline/);
    assert.ok(got.bytes.equals(PNG));
    // It ends, and one who reads again has another.
    const ends = Number(addressOf(live).get("expires")) * 1000;
    assert.ok(ends > shop.now() + DAY - 60_000 && ends <= shop.now() + 2 * DAY,
      String(ends - shop.now()));
    const forged = live.body.url.replace(/expires=\d+/, (word) =>
      `expires=${Number(word.slice(8)) + 1}`);
    assert.equal((await bytesAt(shop, forged)).status, 403);
    await sam.close();
    shop.later(2 * DAY);
    await sam.login();
    assert.equal((await bytesAt(shop, live.body.url)).status, 403);
    const fresh = (await sam.log(conversation)).find(isFile);
    assert.equal((await bytesAt(shop, fresh.body.url)).status, 200);
    assert.deepEqual({ ...fresh, body: { ...fresh.body, url: "" } },
      { ...live, body: { ...live.body, url: "" } });
  }));

test("a company's own system gets an address for a day, with each try anew",
  async (t) => {
    const receiver = await startReceiver();
    let down = true;
    receiver.answer = ({ told }) => down && isFile(told.data) ? 400 : 204;
    try {
      await inShop({ movable: true, company: { webhooks: [webhook(receiver)] },
        settings: { webhooksPrivate: true } }, async (shop) => {
        const bo = shop.whatsapp();
        await shop.control("twilio/message", { from: bo.place,
          to: "whatsapp:+15550000000", body: "Look!",
          media: [{ type: "image/png", base64: PNG.toString("base64") }] });
        const attempt = await receiver.wait("the file", ({ told }) =>
          isFile(told.data));
        const first = attempt.told;
        const at = Number(attempt.headers["x-frontdesk-timestamp"]);
        assert.equal(Number(addressOf(first.data).get("expires")),
          at + DAY / 1000);
        assert.ok((await bytesAt(shop, first.data.body.url)).bytes
          .equals(PNG));
        shop.later(2 * DAY);
        down = false;
        const { told } = await until("it is taken", () => receiver.taken()
          .find((d) => d.id === first.id));
        assert.equal((await bytesAt(shop, first.data.body.url)).status, 403);
        assert.equal((await bytesAt(shop, told.data.body.url)).status, 200);
        assert.deepEqual({ ...told.data.body, url: "" },
          { ...first.data.body, url: "" });
        valid("webhook", told); // its clock is not ours: no signatures
      })(t);
    } finally {
      await receiver.stop();
    }
  });
