// customers: they write on three channels, now and then for people: whoever
// sells, or those in the office. `said` has the mark of each message that a
// vendor, or we, have accepted.
import { setTimeout as sleep } from "node:timers/promises";
import { json } from "./world.mjs";

export const SLACK_USERS = 40;
const NUMBERS = 40, VISITORS = 20;
const HUMAN = "I want to speak to a human, please.";
const OFFICE = "There is a mistake in my invoice.";

const pad = (n, digits) => String(n).padStart(digits, "0");

export class Customers {
  constructor(world, messages, pause) {
    const each = Math.ceil(messages / (SLACK_USERS + NUMBERS + VISITORS));

    Object.assign(this, { world, said: [], pages: [], pause: pause(each) });
    this.questions = world.document.faq.map(({ question }) => question);
    this.all = [
      ...Array.from({ length: SLACK_USERS }, (_, i) => this.#writes(`s${i}`,
        each, (mark) => this.#slack(`UG${pad(i + 1, 6)}`, mark))),
      ...Array.from({ length: NUMBERS }, (_, i) => this.#writes(`w${i}`,
        each, (mark) => this.#whatsapp(pad(i + 1, 7), mark))),
      ...Array.from({ length: VISITORS }, (_, i) => {
        const page = {};
        this.pages.push(page);
        return this.#writes(`v${i}`, each, (mark) => this.#web(page, mark));
      }),
    ];
  }

  async #writes(name, count, says) {
    for (let i = 0; i < count; i++) {
      await says(`${name}-${i}`);
      await sleep(this.world.chance.below(this.pause));
    }
  }

  #text(mark) {
    const { chance } = this.world;
    const { questions } = this;
    const words = chance.percent(6) ? HUMAN : chance.percent(4) ? OFFICE
      : questions[chance.below(questions.length)];
    return `${words} [${mark}]`;
  }

  async #slack(user, mark) {
    await this.world.control("slack/message", { user, text: this.#text(mark) });
    this.said.push(mark);
  }

  async #whatsapp(number, mark) {
    await this.world.control("twilio/message", {
      from: `whatsapp:+1555${number}`, to: "whatsapp:+15550000000",
      body: this.#text(mark) });
    this.said.push(mark);
  }

  /** A page: sends again with the same id until it is acknowledged. */
  async #web(page, mark) {
    const { base } = this.world;
    const body = JSON.stringify({ id: mark, text: this.#text(mark) });
    for (;;) {
      try {
        page.token ??= (await json(`${base}/v1/visitor/session`,
          { company: "shop" })).token;
        const answer = await fetch(`${base}/v1/visitor/messages`, {
          method: "POST", body, headers: { "content-type": "application/json",
            authorization: `Bearer ${page.token}` } });
        await answer.text();
        if (answer.ok) break;
      } catch { /* it is being killed */ }
      await sleep(20);
    }
    this.said.push(mark);
  }

  /** What each page can read, in order: { conversation, events }. */
  async transcripts() {
    const all = [];
    for (const { token } of this.pages) {
      const events = [];
      for (let after = 0; ;) {
        const answer = await fetch(
          `${this.world.base}/v1/visitor/events?after=${after}`,
          { headers: { authorization: `Bearer ${token}` } });
        const page = await answer.json();
        if (page.events.length === 0) break;
        events.push(...page.events);
        after = events.at(-1).seq;
      }
      all.push({ conversation: Number(token.split(".")[2]), events });
    }
    return all;
  }
}
