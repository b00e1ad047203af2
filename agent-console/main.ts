// The console: who is let in.

import { accept, closed, login } from "./door.ts";
import type { Account } from "./types.ts";
import { me, Refused } from "./wire.ts";
import { Work } from "./work.ts";

const root = document.getElementById("root") as HTMLElement;

// Anew, so that nothing of what was on the page stays in it.
function leave(why: string) {
  if (why) sessionStorage.setItem("why", why);
  location.reload();
}

function enter(account: Account) {
  new Work(root, account, leave);
}

const why = sessionStorage.getItem("why") ?? "";
sessionStorage.removeItem("why");
const token = /^#(invitation|reset)=(.+)$/.exec(location.hash);
if (token) accept(root, token[2] ?? "", token[1] === "invitation", enter);
else me().then(enter, (e) => {
  if (e instanceof Refused && e.status < 500) login(root, why, enter);
  else closed(root);
});
