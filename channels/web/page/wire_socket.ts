// wire_socket: a WebSocket as a session. Hello is said when it opens; it is a
// session once the welcome is there.

import type { Fault, Incoming } from "./frames.ts";
import type { Hooks, Opened, Place, Session } from "./wire.ts";

const WELCOME_MS = 8000;
const BEAT_MS = 5000;
const QUIET_MS = 25_000; // then a ping
const DEAD_MS = 35_000; // then it is over

function address(company: string): string {
  const url = new URL("/v1/visitor/socket", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("company", company);
  return url.href;
}

function hello(place: Place): string {
  const token = place.token();
  return JSON.stringify({
    type: "hello", company: place.company, after: place.after(),
    ...(token === null ? {} : { token }),
  });
}

export function openSocket(place: Place, hooks: Hooks): Promise<Opened> {
  return new Promise((resolve) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(address(place.company));
    } catch {
      resolve("blocked");
      return;
    }
    let fault: Fault | null = null;
    let welcomed = false;
    let heard = Date.now();

    const session: Session = {
      send: (frame) => socket.send(JSON.stringify(frame)),
      close: () => end(false),
    };

    function end(told: boolean): void {
      clearTimeout(patience);
      clearInterval(beat);
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      if (!welcomed) resolve(fault ?? "blocked");
      else if (told) hooks.over(fault);
    }

    const patience = setTimeout(() => end(true), WELCOME_MS);
    const beat = setInterval(() => {
      const quiet = Date.now() - heard;
      if (!welcomed || quiet < QUIET_MS) return;
      if (quiet > DEAD_MS) end(true);
      else socket.send('{"type":"ping"}');
    }, BEAT_MS);

    socket.onopen = () => socket.send(hello(place));
    socket.onclose = () => end(true);
    socket.onmessage = (message: MessageEvent<string>) => {
      const frame = JSON.parse(message.data) as Incoming;
      heard = Date.now();
      // A fault of no message in particular is why the close follows.
      if (frame.type === "error" && frame.id === undefined) fault = frame;
      if (frame.type === "error" && !welcomed) return;
      hooks.frame(frame);
      if (frame.type !== "welcome") return;
      welcomed = true;
      clearTimeout(patience);
      resolve(session);
    };
  });
}
