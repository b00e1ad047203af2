// run [messages] [kills] [seed]: the effect test.
//
// Customers of three channels write at once, to the bot and to people. Sellers
// answer on sockets; what is for the office goes by mail, and its answers come
// into a mailbox. The vendors' stand-in doubles and reorders its webhooks,
// loses some first tries, refuses some of our calls (429, 500), and cuts some
// connections before or after the effect; the mail server does the like in its
// own words. Some answers come twice, some mails are forged. The server is
// killed again and again. When all is quiet, what is on disk (intents) is held
// against what the stand-ins were asked to do (effects):
//
//	every message of a customer, a seller or the desk is stored once, and
//	what was refused, or forged, is not
//	every customer's message is answered, or written to the desk
//	every row that counts as sent had exactly one effect; a row that was
//	given up had none, and it and the conversation say so; a row nobody
//	knows of is one whose request was cut. Of a mail nobody can be asked:
//	if it was cut, or we were killed just then, it came once more, with the
//	same id
//	no effect without a row, and none of other words
//	the effects of a conversation came in the order of its rows
//	a page shows what is on disk
//
// FD_BUILD says which build to take. Exit status 1: something was lost,
// doubled, out of order, or late; the database is then kept for a look. It
// comes to an end whatever hangs.
import { setTimeout as sleep } from "node:timers/promises";
import {
  checkDesk, checkEffects, checkInbound, checkIntents, checkLetters,
  checkMails, checkNamed, checkOrder, checkPages, checkSellers, checkWords,
  counts, withRows,
} from "./check.mjs";
import { Customers, SLACK_USERS } from "./customers.mjs";
import { Desk } from "./desk.mjs";
import { Sellers } from "./sellers.mjs";
import { Chance, World } from "./world.mjs";

const [MESSAGES, KILLS, SEED] = [10000, 20,
  Math.floor(Math.random() * 1e9) + 1].map((preset, i) =>
  Number(process.argv[2 + i] ?? preset));
const QUIET_MS = 180_000;
const KILL_MS = 1400; // at most so far apart
// Several times what it takes on a slow machine.
const RUN_MS = QUIET_MS + 120_000 + 20_000 * KILLS + 60 * MESSAGES;

const faults = [
  ...["slack", "twilio"].flatMap((vendor) => [
    { vendor, percent: 5, kind: "status", status: 429, retry_after: 1 },
    { vendor, percent: 5, kind: "status", status: 500 },
    { vendor, percent: 1, kind: "cut_before" },
    { vendor, percent: 1, kind: "cut_after" },
    { side: "webhook", vendor, percent: 5, kind: "duplicate" },
    { side: "webhook", vendor, percent: 5, kind: "reorder" },
  ]),
  { side: "webhook", vendor: "slack", percent: 3, kind: "lose" },
  ...[
    { path: "/smtp/connect", percent: 2, kind: "cut_before" },
    { path: "/smtp/auth", percent: 2, kind: "status", status: 454 },
    { path: "/smtp/rcpt", percent: 3, kind: "status", status: 450 },
    { path: "/smtp/rcpt", percent: 2, kind: "status", status: 550 },
    { path: "/smtp/message", percent: 4, kind: "status", status: 451 },
    { path: "/smtp/message", percent: 2, kind: "status", status: 552 },
    { path: "/smtp/message", percent: 2, kind: "cut_before" },
    { path: "/smtp/message", percent: 3, kind: "cut_after" },
    { path: "/smtp/message", percent: 1, kind: "garbage" },
    { path: "/smtp/quit", percent: 3, kind: "cut_before" },
    { path: "/imap", percent: 0.5, kind: "cut_before" },
    { path: "/imap", percent: 0.5, kind: "cut_after" },
    { path: "/imap", percent: 0.2, kind: "garbage" },
    { path: "/imap/fetch", percent: 1, kind: "status", status: 400 },
  ].map((rule) => ({ vendor: "mail", ...rule })),
];

const chance = new Chance(SEED);
const kills = []; // when
const world = new World(chance);

async function killer(done) {
  for (let i = 0; i < KILLS; i++) {
    await sleep(200 + chance.below(KILL_MS - 200));
    if (done()) break;
    await world.end("SIGKILL");
    kills.push(Date.now());
    await world.serve();
  }
}

async function isQuiet(sellers, desk) {
  const figure = await world.figures();
  const { pending } = await world.control("webhooks?after=4000000000");
  return pending === 0 && figure("questions_waiting") === 0 &&
    figure("outbox_open") === 0 && sellers.idle && await desk.isIdle();
}

async function untilQuiet(sellers, desk) {
  const deadline = Date.now() + QUIET_MS;
  for (let times = 0; times < 3;) {
    if (Date.now() > deadline) throw new Error("it does not become quiet");
    times = await isQuiet(sellers, desk) ? times + 1 : 0;
    await sleep(1100); // figures are taken once a second
  }
}

function check(customers, sellers, desk, found) {
  const { stored, effects, pages } = found;
  checkInbound(stored, customers.said);
  checkSellers(stored, sellers.said, sellers.refused);
  const noted = checkDesk(stored, desk);
  checkIntents(stored);
  checkEffects(stored, effects, kills);
  checkNamed(stored);
  checkWords(stored, effects);
  checkLetters(stored, effects);
  checkOrder(stored, effects);
  checkPages(stored, pages);
  return { noted, mails: checkMails(effects) };
}

async function run() {
  await world.open(SLACK_USERS);
  const sellers = new Sellers(world);
  const desk = new Desk(world);
  let sent = false;
  await world.control("faults", { seed: SEED, rules: faults });
  // So that customers still write when the last kill comes.
  const customers = new Customers(world, MESSAGES, (each) =>
    Math.max(60, Math.ceil(2.2 * KILLS * KILL_MS / each)));
  const all = Promise.all(customers.all).then(() => { sent = true; });
  await killer(() => sent);
  await all;
  await world.control("faults", { rules: [] });
  sellers.quiet = true;
  await untilQuiet(sellers, desk);
  const found = { pages: await customers.transcripts(),
    effects: withRows(await world.effects()) };
  await sellers.close();
  await desk.close();
  await world.end("SIGTERM");
  found.stored = world.dump();
  const { noted, mails } = check(customers, sellers, desk, found);
  const { sent: rows, unknown, dead } = counts(found.stored);
  const untold = found.effects.filter((e) => !e.told).length;
  console.log(`effect: ${customers.said.length} messages, ` +
    `${sellers.said.length} of sellers (${sellers.refused.length} refused), ` +
    `${mails} mails, ${desk.answers.length} answered (${
      desk.answers.filter(({ twice }) => twice).length} twice, ${
      noted} as a note), ${desk.falses.length} forged or of machines, ` +
    `${kills.length} kills: ${rows} sent, ${unknown} unknown, ${dead} dead, ` +
    `${untold} effects we were not told of; ` +
    `nothing lost, doubled or out of order (seed ${SEED})`);
}

function fail(e) {
  console.error(`effect: ${e.stack ?? e}`);
  console.error(`effect: failed with seed ${SEED}; ${world.work} is kept`);
  console.error(world.tail());
  process.exit(1);
}

setTimeout(() => fail(`not over after ${RUN_MS / 1000} s`), RUN_MS);
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"])
  process.on(signal, () => fail(signal));
process.on("uncaughtException", fail);

await run();
world.forget();
process.exit(0);
