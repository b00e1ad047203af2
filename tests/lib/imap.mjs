// imap: a mailbox that a test owns: what lies in it, how slowly its server
// answers, and every command that it got. For what the sandbox's does not do.
//
//	const box = await new ImapServer().open();
//	box.put({ uid: 5, raw: "From: ...", seen: true });
//	... accounts: [{ imap: box.url, ... }]
//	await box.close();

import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const VALIDITY = 7;

export class ImapServer {
  // delay: ms before each answer about a mail; Infinity: none comes to any.
  constructor({ delay = 0 } = {}) {
    Object.assign(this, { delay, letters: [], heard: [], logins: 0 });
    this.sockets = new Set();
  }

  open() {
    this.server = createServer((socket) => this.#serve(socket));
    return new Promise((done) => this.server.listen(0, "127.0.0.1", () => {
      this.url = `imap://127.0.0.1:${this.server.address().port}`;
      done(this);
    }));
  }

  // { uid, raw, seen, size }: a size that is told instead of the real one.
  put(letter) {
    this.letters.push({ seen: false, ...letter });
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((done) => this.server.close(done));
  }

  #serve(socket) {
    let rest = "", turn = Promise.resolve();
    this.sockets.add(socket);
    socket.setEncoding("latin1");
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.write("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n");
    socket.on("data", (text) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop();
      for (const line of lines)
        turn = turn.then(() => this.#answer(socket, line));
    });
  }

  async #answer(socket, line) {
    const [tag, ...words] = line.split(" ");
    const command = words.join(" ").toUpperCase();
    this.heard.push(command);
    const uid = Number(/^UID (?:FETCH|STORE) (\d+)/.exec(command)?.[1]);
    if (this.delay === Infinity) return;
    if (uid && this.delay > 0) await sleep(this.delay);
    const said = this.#said(command, this.letters.find((l) => l.uid === uid));
    if (!socket.destroyed)
      socket.write(`${said}${tag} OK done\r\n`, "latin1");
  }

  #said(command, letter) {
    if (command.startsWith("CAPABILITY"))
      return "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n";
    if (command.startsWith("AUTHENTICATE")) this.logins++;
    if (command.startsWith("SELECT"))
      return `* OK [UIDVALIDITY ${VALIDITY}] x\r\n* OK [UIDNEXT ${
        this.#next()}] x\r\n`;
    if (command.startsWith("UID SEARCH"))
      return `* SEARCH${this.#found(command).map((n) => ` ${n}`).join("")}\r\n`;
    if (letter && command.includes(" STORE ")) letter.seen = true;
    if (!letter || !command.includes(" FETCH ")) return "";
    return this.#fetched(command, letter);
  }

  #next() {
    return Math.max(0, ...this.letters.map((l) => l.uid)) + 1;
  }

  // Of the criteria only those that we use.
  #found(command) {
    const from = Number(/ UID (\d+):\*/.exec(command)?.[1] ?? 0);
    const smaller = Number(/SMALLER (\d+)/.exec(command)?.[1] ?? Infinity);
    const fits = command.includes("UNSEEN")
      ? (l) => !l.seen && (l.uid >= from || this.#size(l) < smaller)
      : (l) => l.uid >= from;
    return this.letters.filter(fits).map((l) => l.uid);
  }

  #size({ raw, size }) {
    return size ?? raw.length;
  }

  #fetched(command, letter) {
    if (command.includes("RFC822.SIZE"))
      return `* 1 FETCH (UID ${letter.uid} RFC822.SIZE ${
        this.#size(letter)})\r\n`;
    const part = /BODY\.PEEK(\[\w*\])/.exec(command)[1];
    const raw = part === "[]" ? letter.raw
      : letter.raw.slice(0, letter.raw.indexOf("\r\n\r\n") + 4);
    return `* 1 FETCH (UID ${letter.uid} BODY${part} {${
      raw.length}}\r\n${raw})\r\n`;
  }
}
