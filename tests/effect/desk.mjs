// desk: the support desk's mail program. It answers every mail that arrives;
// some answers come twice, and among them come mails that must change nothing:
// from strangers, with made-up tokens, from machines.
import { setTimeout as sleep } from "node:timers/promises";
import { answer, read } from "../lib/mail.mjs";
import { tidy } from "./tidy.mjs";
import { DESK } from "./world.mjs";

const LOOK_MS = 50;
// The mailbox has room for so many that are unread, and for the others until
// they are thrown away.
const UNREAD = 400, LETTERS = 400;

// Letters of a token turned into others: nobody made it.
const forged = (address) => address.replace(/\+([a-z2-7]{8})/,
  (_, letters) => `+${[...letters].reverse().join("")}`);

const kinds = [
  // What it is, of a hundred mails; how it differs from an honest answer.
  { kind: "stranger", percent: 8,
    more: () => ({ from: "Mallory <mallory@elsewhere.example>" }) },
  { kind: "token", percent: 6, more: (mail) => ({ to: forged(mail.replyTo),
    "in-reply-to": undefined, references: undefined }) },
  { kind: "machine", percent: 8,
    more: () => ({ "auto-submitted": "auto-replied" }) },
];
const TWICE_PERCENT = 20;

export class Desk {
  constructor(world) {
    // answers: { mark, twice } of honest ones; false ones: their marks.
    Object.assign(this, { world, mails: [], answers: [], falses: [],
      after: 0, busy: true, ended: false });
    this.over = this.#work();
  }

  async #box() {
    const { messages } = await this.world.control("mail/inbox");
    const seen = messages.filter((letter) => letter.seen).length;
    return { seen, unread: messages.length - seen };
  }

  async #makeRoom() {
    for (let box; (box = await this.#box()).unread > UNREAD ||
        box.seen > LETTERS; await sleep(LOOK_MS))
      // Where that fails it is tried again.
      if (box.seen > LETTERS)
        await tidy(...this.world.mailbox).catch(() => undefined);
  }

  async #post(bytes) {
    await this.world.control("mail/message",
      { base64: Buffer.from(bytes).toString("base64") });
  }

  async #answer(mail) {
    const { chance } = this.world;
    for (const { kind, percent, more } of kinds) {
      if (!chance.percent(percent)) continue;
      const mark = `f-${kind}-${this.falses.length}`;
      this.falses.push(mark);
      await this.#post(answer(mail,
        { text: `Ask nobody but me. [${mark}]`, ...more(mail) }));
    }
    const mark = `d-${this.answers.length}`;
    const bytes = answer(mail, { text: `It is in the post. [${mark}]`,
      from: `Robin <${DESK}>` });
    const twice = chance.percent(TWICE_PERCENT);
    this.answers.push({ mark, twice });
    await this.#post(bytes);
    if (twice) await this.#post(bytes);
  }

  async #work() {
    while (!this.ended) {
      const { messages, next } = await this.world.control(
        `mail/messages?after=${this.after}`);
      for (const message of messages) {
        const mail = read(message);
        this.mails.push(mail);
        await this.#makeRoom();
        await this.#answer(mail);
      }
      this.after = next;
      this.busy = messages.length > 0;
      if (!this.busy) await sleep(LOOK_MS);
    }
  }

  // Everything in the box was looked at, and nothing has come since.
  async isIdle() {
    return !this.busy && (await this.#box()).unread === 0;
  }

  async close() {
    this.ended = true;
    await this.over;
  }
}
