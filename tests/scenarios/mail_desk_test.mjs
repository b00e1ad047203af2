// What the support desk is told by mail: who writes and how they are reached,
// what was said and sent and noted, in one thread; also of a talk that had
// ended, and of what was changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESK, inShop } from "../lib/shop.mjs";
import { tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const NUMBER = "whatsapp:+15550000000";
const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const hours = { hours: [{ key: "shop", zone: "Asia/Kolkata",
  week: ["mon-sun 00:00-24:00"] }],
teams: [{ key: "sales", name: "Sales", hours: "shop" },
  { key: "repairs", name: "Repairs", hours: "shop" }] };

const numberOf = (mail) => Number(/\(#(\d+)\)$/.exec(mail.subject)[1]);
const has = (mail, ...words) => {
  for (const word of words)
    for (const said of [mail.text, mail.html])
      assert.ok(said.includes(word), `no "${word}" in\n${said}`);
};

const says = (shop, bo, body, media = []) =>
  shop.control("twilio/message", { from: bo.place, to: NUMBER, body,
    media: media.map(([type, bytes]) =>
      ({ type, base64: bytes.toString("base64") })),
    extra: { ProfileName: bo.name } });

const files = (mail) => mail.files.map((f) => [f.name, f.type, f.bytes]);

test("the first mail says who, how, what and when", inShop({ company: hours },
  async (shop) => {
    await shop.sellers.sam.login();
    const bo = shop.whatsapp("Bo Lind");
    await bo.say("Hello!");
    await bo.hears(/./);
    await bo.say("My frame is cracked, invoice 4711-B.\nWhat now?");
    await until("an answer", async () => (await bo.texts()).length === 2);
    await says(shop, bo, "Like this: can I talk to a real person?",
      [["image/png", PNG], ["image/png", PNG]]);
    const mail = await shop.mail.next(DESK);
    assert.match(mail.subject,
      /^Bo Lind: My frame is cracked, invoice 4711-B\. .*\(#\d+\)$/);
    has(mail, "WhatsApp, +15550000001", "asked for a person",
      "Nobody of the team was online.", "Hello!", "Like this: can I talk",
      `#${numberOf(mail)}, Sales`, "4711-B", "(times: Asia/Kolkata)",
      "Picture: picture.png, 1 kB, attached",
      "Picture: picture-2.png, 1 kB, attached");
    const at = new Date(mail.field("date"));
    const local = new Intl.DateTimeFormat("en-GB", { hour: "2-digit",
      minute: "2-digit", timeZone: "Asia/Kolkata" });
    assert.ok([0, -60000].some((ms) =>
      mail.text.includes(`, ${local.format(at.getTime() + ms)}\n`)), mail.text);
    assert.deepEqual(files(mail), [["picture.png", "image/png", PNG],
      ["picture-2.png", "image/png", PNG]]);
    const { body } = (await shop.sellers.sam.log(numberOf(mail)))
      .find((e) => e.kind === "file");
    const picture = await fetch(new URL(body.url, shop.server.base));
    assert.deepEqual(Buffer.from(await picture.arrayBuffer()), PNG);
  }));

test("what the customer sends, changes and takes back is told", inShop({},
  async (shop) => {
    await shop.sellers.sam.login();
    const bo = shop.whatsapp("Bo Lind");
    await bo.say("Can I talk to a real person?");
    const first = await shop.mail.next(DESK);
    await says(shop, bo, "", [["image/png", PNG]]);
    const second = await shop.mail.next(DESK);
    assert.equal(second.subject, first.subject);
    assert.equal(second.inReplyTo, first.id);
    has(second, "Bo Lind wrote again", "Picture: picture.png, 1 kB, attached");
    assert.deepEqual(files(second), [["picture.png", "image/png", PNG]]);

    const ann = shop.slack();
    const { ts, channel } = await ann.say("I want two. Can I talk to a human?");
    const mail = await until("the mail", async () => (await shop.mail.to(DESK))
      .find((m) => m.text.includes("I want two.")));
    has(mail, `Person ${Number(ann.user.slice(2))} needs an answer`,
      "Slack, user UG");
    await shop.control("slack/edit", { channel, ts,
      text: "I want ten. Can I talk to a human?" });
    await until("the edit", async () => (await shop.sellers.sam.log(
      numberOf(mail))).some((e) => e.kind === "edited"));
    await ann.say("Did you see it?");
    const more = await until("more", async () => (await shop.mail.to(DESK))
      .find((m) => m.text.includes("Did you see it?")));
    has(more, "I want ten. Can I talk to a human?",
      "(an earlier message: edited)");
  }));

test("a mail waits for a file, and no longer than a moment", inShop({},
  async (shop) => {
    await shop.sellers.sam.login();
    await shop.control("faults", { rules: [{ vendor: "twilio",
      path: "/twilio/2010-04-01/Accounts/", kind: "status", status: 500,
      count: 2 }] });
    const bo = shop.whatsapp("Bo Lind");
    await says(shop, bo, "Can I talk to a real person?", [["image/png", PNG]]);
    const mail = await shop.mail.next(DESK);
    has(mail, "Picture: picture.png");
    assert.deepEqual(files(mail).length, 1, mail.text);
  }));

test("a large file is a link", inShop({}, async (shop) => {
  await shop.sellers.sam.login();
  const bo = shop.whatsapp("Bo Lind");
  const film = Buffer.concat([Buffer.from("00000018667479706d703432", "hex"),
    Buffer.alloc(6_000_000)]);
  await says(shop, bo, "Can I talk to a real person?", [["video/mp4", film]]);
  const mail = await shop.mail.next(DESK);
  has(mail, "Film: film.mp4, 6.0 MB");
  const [url] = /http:\S+\/v1\/files\/\S+/.exec(mail.text);
  const response = await fetch(url);
  assert.equal((await response.arrayBuffer()).byteLength, film.length);
  assert.deepEqual(files(mail), []);
}));

test("who writes by mail is reached by mail, and that is told", inShop({},
  async (shop) => {
    await shop.sellers.sam.login();
    await shop.mail.deliver(["From: Carla <carla@mail.example>",
      "To: support@shop.example", "Subject: Stolen", "Message-ID: <1@x>",
      "Date: Sat, 21 Nov 2026 10:20:00 +0000", "",
      "My bike was stolen. I need to talk to a human being.", ""].join("\r\n"));
    const mail = await shop.mail.next(DESK);
    assert.match(mail.subject, /^Carla: My bike was stolen\. \(#\d+\)$/);
    has(mail, "E-mail, carla@mail.example");
  }));

test("what had ended and is taken up again is told of, with the note",
  inShop({}, async (shop) => {
    const sam = await shop.seller("sam");
    const bo = shop.whatsapp("Bo Lind");
    const mark = newId();
    await bo.say(`My chain broke ${mark}, can I talk to a human?`);
    const { conversation } = await sam.offer();
    await sam.act("accept", conversation);
    await sam.say(conversation, "It is done.");
    await bo.hears("It is done.");
    await sam.act("resolve", conversation);
    await sam.act("reopen", conversation);
    await sam.act("transfer", conversation,
      { team: "repairs", note: "He wants a quote, too." });
    await sam.close(); // then nobody is there
    const mail = await shop.mail.next(DESK);
    assert.match(mail.subject, new RegExp(
      `^Bo Lind: My chain broke ${mark} \\(#${conversation}\\)$`));
    has(mail, `My chain broke ${mark}`, "It is done.",
      "Sam: He wants a quote, too.", `#${conversation}, Repairs`);
    const log = await sam.log(conversation);
    assert.equal(log.filter((e) => e.kind === "mailed").length, 1, tell(log));
  }));
