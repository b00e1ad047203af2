// raw: bytes to the server as they are, and what came back, for what no
// proper client would say.

import { connect } from "node:net";
import { within } from "./until.mjs";

// A connection that remembers everything it got.
export class Raw {
  constructor(server) {
    const { hostname, port } = server.url("/");
    this.bytes = Buffer.alloc(0);
    this.ended = false;
    this.socket = connect({ host: hostname, port: Number(port) });
    this.socket.on("data", (piece) => {
      this.bytes = Buffer.concat([this.bytes, piece]);
      this.wake?.();
    });
    this.over = new Promise((resolve) => this.socket.on("close", () => {
      this.ended = true;
      this.wake?.();
      resolve();
    }));
    this.socket.on("error", () => undefined);
  }

  write(data) {
    this.socket.write(data);
    return this;
  }

  get text() {
    return this.bytes.toString("latin1");
  }

  // Until `look` of what came says something, or it is over.
  async until(what, look) {
    const seen = async () => {
      for (;;) {
        const found = look(this.text);
        if (found || this.ended) return found;
        await new Promise((resolve) => { this.wake = resolve; });
      }
    };
    return within(what, seen());
  }

  // The status and the JSON body of the first answer.
  async answer() {
    const found = await this.until("an answer", (text) =>
      /^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n([^]*)$/.exec(text) && complete(text));
    if (!found) throw new Error(`no answer, but ${JSON.stringify(this.text)}`);
    return found;
  }

  end() {
    this.socket.destroy();
    return this.over;
  }
}

function complete(text) {
  const [head, ...rest] = text.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (body.length < length) return null;
  return {
    status: Number(head.split(" ")[1]),
    head,
    body: length > 0 && /json/.test(head)
      ? JSON.parse(body.slice(0, length)) : body.slice(0, length),
  };
}
