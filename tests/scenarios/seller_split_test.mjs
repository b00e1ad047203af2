// Gateway and worker apart, on one folder of data: a chat goes from the bot to
// a seller, to a colleague, back to the bot, and where nobody is to the support
// desk and back. The same with each of the two killed on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { surely } from "../lib/seller.mjs";
import { company } from "../lib/server.mjs";
import { answer } from "../lib/mail.mjs";
import { DESK, inShop, part } from "../lib/shop.mjs";
import { checkHeard, checkLog, checkSeen, tell } from "../lib/story.mjs";
import { until } from "../lib/until.mjs";
import { newId } from "../lib/visitor.mjs";

const how = { mode: "split", sellers: ["sam", "ann"], movable: true };
const [hours] = company.faq;
const ANY = Number.MAX_SAFE_INTEGER;

const kills = { nothing: () => undefined,
  "the gateway": (shop) => shop.server.restart("SIGKILL", "gateway"),
  "the worker": (shop) => shop.server.restart("SIGKILL", "worker") };

const does = (seller, conversation, act, more, wanted) =>
  surely(act, () => seller.act(act, conversation, more), async () =>
    Object.entries(wanted).every(async ([name, value]) =>
      (await seller.row(conversation))[name] === value));
const says = (seller, conversation, text) => {
  const id = newId();
  return surely(text, () => seller.say(conversation, text, { id, seen: ANY }));
};

async function areThere(...sellers) {
  await until("all are there", () => sellers.every((s) => s.isOpen));
  await until("and it is known", async () =>
    (await sellers[0].ask("GET", "agents")).agents.every((a) => a.online));
}

// However often the line breaks.
async function tells(customer, text) {
  const id = newId();
  await until(text, () => customer.say(text, id).catch(() => undefined));
}

// A customer of a vendor, or of the website.
const customers = {
  slack: (shop) => shop.slack(),
  web: (shop) => shop.page(),
};

async function handedOn(shop, customer, strike) {
  const { sam, ann } = shop.sellers;
  const mark = newId();
  const from = [sam, ann].map((s) => s.frames.length);
  await tells(customer, `Can I talk to a human? ${mark}`);
  const { conversation } = await until("an offer", () =>
    [sam, ann].map((s, i) => s.find((f) => f.type === "offer", from[i]))
      .find(Boolean));
  const first = sam.find((f) => f.conversation === conversation &&
    f.type === "offer", from[0]) ? sam : ann;
  const second = first === sam ? ann : sam;
  await first.takes(conversation);
  await says(first, conversation, `First. ${mark}`);
  await strike();
  await tells(customer, `And now? ${mark}`);
  await until("the question", async () =>
    (await first.log(conversation)).some((e) =>
      e.body.text === `And now? ${mark}`));
  await areThere(sam, ann);
  const at = second.frames.length;
  await does(first, conversation, "transfer", { agent: second.id },
    { holder: "queue" });
  await second.takes(conversation, at);
  await says(second, conversation, `Second. ${mark}`);
  await does(second, conversation, "give_back", {}, { holder: "bot" });
  await tells(customer, hours.question);
  await until("the bot's answer", async () =>
    (await sam.log(conversation)).some((e) => e.author === "bot" &&
      e.body.text === hours.answer));
  return { conversation, mark };
}

for (const [place, make] of Object.entries(customers))
  test(`${place}: to a seller, to a colleague, and back to the bot`,
    inShop(how, async (shop, t) => {
      const { sam, ann } = shop.sellers;
      await Promise.all([sam.open(), ann.open()]);
      const story = (kill) => part(shop, async () => {
        const customer = await make(shop);
        const { conversation, mark } = await handedOn(shop, customer,
          () => kill(shop));
        const events = await sam.log(conversation);
        checkLog(events);
        assert.deepEqual(events.filter((e) => e.kind === "holder")
          .map((e) => e.holder), ["queue", "agent", "queue", "agent", "bot"],
        tell(events));
        if (place === "web") {
          await until("all has come", () => customer.newest === events.length);
          checkSeen(events, customer.events);
          await customer.close();
        } else {
          await customer.hears(hours.answer);
          await customer.hears(`Second. ${mark}`);
          checkHeard(events, await customer.heard());
        }
      });
      for (const [what, kill] of Object.entries(kills))
        await t.test(`and ${what} is killed`, story(kill));
    }));

test("where nobody is it goes by mail, and the answer comes back",
  inShop({ ...how, sellers: ["sam"] }, async (shop, t) => {
    const { sam } = shop.sellers;
    await sam.login();
    const story = (kill) => part(shop, async () => {
      const mark = newId();
      const bo = shop.whatsapp();
      // What was on its way when a process died may come twice, as one mail.
      const mailed = (n) => until(`mail ${n}`, async () =>
        (await shop.mail.to(DESK)).filter((m, i, all) =>
          m.text?.includes(mark) &&
          all.findIndex(({ id }) => id === m.id) === i)[n]);
      await bo.say(`Can I talk to a human? ${mark}`);
      const first = await mailed(0);
      await kill(shop);
      await shop.mail.deliver(answer(first, { text: `Tomorrow. ${mark}` }));
      await bo.hears(`Tomorrow. ${mark}`);
      await bo.say(`At what time? ${mark}`);
      assert.equal((await mailed(1)).inReplyTo, first.id);
      const [, id] = /\(#(\d+)\)$/.exec(first.subject);
      const events = await sam.log(Number(id));
      assert.equal(checkLog(events).holder, "email", tell(events));
      checkHeard(events, await bo.heard());
    });
    for (const [what, kill] of Object.entries(kills))
      await t.test(`and ${what} is killed`, story(kill));
  }));

// The gateway writes it, the worker sends it: it need not look for it.
test("what customers are told by itself goes out at once",
  inShop(how, async (shop) => {
    await shop.sellers.sam.open({ away: true });
    // Just begun, the other process may not have heard of him yet.
    await until("it is known that he is there", async () => {
      const ann = shop.slack();
      await ann.say("Can I talk to a human?");
      const told = await until("a word", async () => (await ann.texts()).at(-1));
      return told.includes("in line");
    });
    const waits = [];
    for (let i = 0; i < 5; i++) {
      const bo = shop.slack();
      const asked = Date.now();
      await bo.say("Can I talk to a human?");
      await bo.hears("in line");
      waits.push(Date.now() - asked);
    }
    assert.ok(Math.min(...waits) < 500, waits.join(", "));
  }));

// The parts that look at the clock run in both processes.
test("who vanishes loses the chat to the next, and what nobody takes is mailed",
  inShop(how, async (shop) => {
    const { sam, ann } = shop.sellers;
    await ann.open({ away: true });
    await sam.open();
    const bo = shop.slack();
    await bo.say("Can I talk to a human?");
    const { conversation } = await sam.offer();
    await sam.takes(conversation);
    const from = ann.frames.length;
    await sam.drop();
    await ann.wait("he is gone", (f) => f.type === "staff" &&
      f.agent === sam.id && !f.online, from);
    shop.later(40_000);
    ann.presence(false);
    assert.equal((await ann.offer(conversation, from)).row.front, true);
    ann.presence(true);
    shop.later(11 * 60_000);
    await until("the desk has it", async () =>
      (await shop.mail.to(DESK)).some((m) =>
        m.subject.endsWith(`(#${conversation})`)));
    checkLog(await ann.log(conversation));
  }));
