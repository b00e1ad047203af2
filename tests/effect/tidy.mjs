// tidy: a mail program that throws away what has been read, by IMAP, so that
// the mailbox never fills up.
import { connect } from "node:net";

const WAIT_MS = 5000;
const AT_ONCE = 50;

// Sends each line that `lines` gives for what was answered to the one before;
// the first is given the greeting.
function talk(port, lines) {
  return new Promise((done, failed) => {
    const socket = connect({ host: "127.0.0.1", port });
    let heard = "", n = 0;
    socket.setEncoding("latin1");
    socket.setTimeout(WAIT_MS, () => socket.destroy(new Error("no answer")));
    socket.on("error", failed);
    socket.on("close", () => failed(new Error("it was cut")));
    socket.on("data", (text) => {
      heard += text;
      const end = new RegExp(n === 0 ? "^\\* OK .*\r\n" : `^t${n} (.*)\r\n`,
        "m").exec(heard);
      if (end === null) return;
      if (n > 0 && !end[1].startsWith("OK"))
        return socket.destroy(new Error(end[1]));
      const line = lines(heard, n++);
      heard = "";
      if (line === null) done(socket.end());
      else socket.write(`t${n} ${line}\r\n`);
    });
  });
}

/** Rejects where the server fails on the way; nothing is lost then. */
export async function tidy(address, user, password) {
  let uids;
  await talk(Number(address.split(":")[1]), (heard, n) => {
    if (n === 3)
      uids = /^\* SEARCH(.*)\r\n/m.exec(heard)?.[1].trim().split(" ")
        .slice(0, AT_ONCE);
    const steps = [`LOGIN ${user} ${password}`, "SELECT INBOX",
      "UID SEARCH SEEN",
      uids?.[0] ? `UID STORE ${uids.join(",")} +FLAGS.SILENT (\\Deleted)`
        : "NOOP", "EXPUNGE", "LOGOUT"];
    return steps[n] ?? null;
  });
}
