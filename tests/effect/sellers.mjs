// sellers: at their desks while the server is killed. They take what is
// offered, answer, give back, end, hand on to the office, and sometimes take
// back what went by mail. What they say they say again until they know what
// became of it: `said` has { conversation, text, seq } of what was
// acknowledged, `refused` the texts of what was not taken.
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

const AGAIN_MS = 20;

// A conversation as a seller sees it.
class Chat {
  constructor(conversation) {
    Object.assign(this, { conversation, seq: 0, asked: 0, told: 0,
      mine: false, acting: false, saying: 0 });
  }
}

class Seller {
  constructor(world, name, key) {
    Object.assign(this, { world, name, key, chats: new Map(),
      words: new Map(), said: [], refused: [], acts: 0, over: false });
    this.#connect();
  }

  // ---- the line

  #connect() {
    const socket = new WebSocket(
      `${this.world.base.replace("http", "ws")}/v1/staff/socket`,
      { perMessageDeflate: false });
    this.socket = socket;
    this.online = false;
    socket.on("open", () =>
      this.#put({ type: "hello", key: this.key, away: false }));
    socket.on("message", (data) => this.#take(JSON.parse(data.toString())));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.online = false;
      if (!this.over) sleep(AGAIN_MS).then(() => this.#connect());
    });
  }

  #put(frame) {
    if (this.socket.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify(frame));
  }

  close() {
    this.over = true;
    this.socket.terminate();
  }

  // ---- what comes

  #take(frame) {
    this.#frames[frame.type]?.call(this, frame);
  }

  #follow(conversation) {
    if (this.chats.has(conversation)) return;
    this.chats.set(conversation, new Chat(conversation));
    this.#put({ type: "watch", conversation, after: 0 });
  }

  #frames = {
    welcome({ agent }) {
      this.agent = agent.id;
      this.online = true;
      for (const chat of this.chats.values()) {
        chat.acting = false;
        this.#put({ type: "watch", conversation: chat.conversation,
          after: chat.seq });
      }
      for (const frame of this.words.values()) this.#put(frame);
    },
    view({ list, rows }) {
      if (list === "mine") for (const { id } of rows) this.#follow(id);
    },
    offer({ conversation }) {
      this.#follow(conversation);
      this.#put({ type: "act", id: `a${this.acts++}`, conversation,
        act: "accept" });
    },
    unwatched({ conversation }) {
      this.#put({ type: "watch", conversation,
        after: this.chats.get(conversation)?.seq ?? 0 });
    },
    event({ conversation, event }) {
      const chat = this.chats.get(conversation);
      if (event.seq !== chat.seq + 1)
        throw new Error(`seller ${this.name}: ${conversation}: event ${
          event.seq} after ${chat.seq}`);
      chat.seq = event.seq;
      if (event.kind === "holder")
        chat.mine = event.holder === "agent" && event.agent === this.agent;
      if (event.kind === "message" && event.author === "customer")
        chat.asked = event.seq;
      if (event.kind === "message" && event.author === "agent")
        chat.told = event.seq;
    },
    ack({ id, conversation, seq }) {
      const word = this.words.get(id);
      if (word !== undefined) {
        this.said.push({ conversation, seq, text: word.text,
          agent: this.agent });
        this.#spoken(id, word);
      } else if (this.chats.has(conversation)) {
        this.chats.get(conversation).acting = false;
      } else {
        this.#follow(conversation);
      }
    },
    error({ id, code, conversation }) {
      const word = this.words.get(id);
      if (["busy", "no_room", "too_slow", "going_away"].includes(code)) {
        this.socket.terminate(); // and once more
      } else if (word !== undefined) {
        this.refused.push(word.text);
        this.#spoken(id, word);
      } else if (this.chats.has(conversation)) {
        this.chats.get(conversation).acting = false;
      }
    },
  };

  #spoken(id, { conversation }) {
    this.words.delete(id);
    this.chats.get(conversation).saying--;
  }

  // ---- what they do

  #say(chat) {
    const n = this.said.length + this.refused.length + this.words.size;
    const frame = { type: "send", id: `m${n}`,
      conversation: chat.conversation, seen_seq: Number.MAX_SAFE_INTEGER,
      text: `We have one here for you. [p${this.name}-${n}]` };
    this.words.set(frame.id, frame);
    chat.saying++;
    this.#put(frame);
  }

  #act(chat, act, more = {}) {
    chat.acting = true;
    this.#put({ type: "act", id: `a${this.acts++}`,
      conversation: chat.conversation, act, ...more });
  }

  #leave(chat) {
    const { chance } = this.world;
    if (chance.percent(15))
      this.#act(chat, "transfer", { team: "office", note: "by mail" });
    else
      this.#act(chat, chance.percent(50) ? "give_back" : "resolve");
  }

  // One look at all that is theirs. quiet: nothing is to be theirs in the end.
  work(quiet) {
    const { chance } = this.world;
    if (!this.online) return;
    for (const chat of this.chats.values()) {
      if (!chat.mine || chat.acting || chat.saying > 0) continue;
      if (chat.asked > chat.told) this.#say(chat);
      else if (quiet || chance.percent(10)) this.#leave(chat);
      else if (chance.percent(5)) this.#say(chat);
    }
  }

  // Takes one back from the support desk.
  async fetchMail() {
    const { chance } = this.world;
    try {
      const answer = await fetch(
        `${this.world.base}/v1/staff/conversations?view=mail`,
        { headers: { authorization: `Bearer ${this.key}` } });
      const { rows } = await answer.json();
      if (rows.length > 0)
        this.#put({ type: "act", id: `a${this.acts++}`, act: "pull",
          conversation: rows[chance.below(rows.length)].id });
    } catch { /* it is being killed */ }
  }

  get idle() {
    return this.online && this.words.size === 0 &&
      [...this.chats.values()].every((c) => !c.mine && !c.acting);
  }
}

export class Sellers {
  constructor(world) {
    this.world = world;
    this.quiet = false;
    this.all = world.keys.map((key, i) => new Seller(world, String(i), key));
    this.over = this.#work();
  }

  async #work() {
    const { chance } = this.world;
    while (!this.ended) {
      for (const seller of this.all) seller.work(this.quiet);
      if (!this.quiet && chance.percent(3))
        await this.all[chance.below(this.all.length)].fetchMail();
      await sleep(this.quiet ? 50 : 100);
    }
  }

  get idle() {
    return this.all.every((seller) => seller.idle);
  }

  get said() {
    return this.all.flatMap((seller) => seller.said);
  }

  get refused() {
    return this.all.flatMap((seller) => seller.refused);
  }

  async close() {
    this.ended = true;
    await this.over;
    for (const seller of this.all) seller.close();
  }
}
