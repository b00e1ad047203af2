// staff_login: who is let in, and who is not, with the real binary: cookies,
// origins, keys; guesses cost time; a flood of logins costs nobody else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { after, before, describe, test } from "node:test";
import { company, startServer } from "../lib/server.mjs";
import {
  addSeller, agentCommand, Browser, is, newMail, newSeller, PASSWORD,
} from "../lib/staff.mjs";

let server;

before(async () => {
  server = await startServer({
    companies: { demo: company, other: company },
    settings: { trustedProxies: "127.0.0.1", connectionsPerAddress: 0 },
  });
});

after(() => server?.stop());

// Each test comes from an address of its own: failures are counted there.
let host = 0;
const newAddress = () => `198.51.100.${++host}`;
const browser = (options = {}) =>
  new Browser(server, { address: newAddress(), ...options });

describe("login", () => {
  test("gives a session that says who one is", async () => {
    const seller = await addSeller(server, { role: "supervisor" });
    const b = browser();
    const account = is(await b.login(seller), 200);
    assert.equal(account.agent.email, seller.email);
    assert.equal(account.agent.role, "supervisor");
    assert.deepEqual(account.company, { key: "demo", name: company.name });
    assert.ok(account.permissions.includes("supervise"));
    assert.ok(!account.permissions.includes("manage_staff"));
    assert.equal(account.session.kind, "session");
    assert.ok(account.session.expires_at > Date.now());
    assert.deepEqual(is(await b.get("/v1/staff/me"), 200), account);
  });

  test("knows an e-mail in whatever case", async () => {
    const seller = await addSeller(server);
    is(await browser().login({ ...seller,
      email: seller.email.toUpperCase() }), 200);
  });

  test("sets a cookie that scripts and other sites have no use of", async () => {
    const seller = await addSeller(server);
    const plain = browser();
    is(await plain.login(seller), 200);
    assert.match(plain.setCookie, /^frontdesk=fds_[\w-]{43}; /);
    const attributes = plain.setCookie.split("; ").slice(1);
    assert.deepEqual(attributes.filter((a) => !a.startsWith("Max-Age")),
      ["Path=/", "HttpOnly", "SameSite=Strict"]);
    // By https, through a proxy that says so.
    const secure = browser({ headers: { "x-forwarded-proto": "https",
      "x-forwarded-host": "chat.example", origin: "https://chat.example" } });
    is(await secure.login(seller), 200);
    assert.match(secure.setCookie, /^__Host-frontdesk=fds_[\w-]{43}; /);
    assert.match(secure.setCookie, /; Path=\/; HttpOnly; SameSite=Strict; Secure;/);
    is(await secure.get("/v1/staff/me"), 200);
  });

  test("every session has a token of its own", async () => {
    const anna = await newSeller(server);
    const again = await anna.again();
    assert.notEqual(again.cookie, anna.cookie);
    is(await anna.get("/v1/staff/me"), 200);
  });

  test("does not tell which accounts there are", async () => {
    const seller = await addSeller(server);
    const disabled = await addSeller(server);
    const invited = newMail();
    await agentCommand(server, ["disable", "demo", disabled.email]);
    await agentCommand(server, ["invite", "demo", invited]);
    const wrong = { "the password": { ...seller, password: `${PASSWORD}x` },
      "no password": { ...seller, password: "" },
      "the e-mail": { ...seller, email: newMail() },
      "the company": { ...seller, company: "nowhere" },
      "another company": { ...seller, company: "other" },
      disabled, invited: { ...seller, email: invited } };
    const bodies = new Set();
    for (const [what, login] of Object.entries(wrong)) {
      const b = browser();
      bodies.add(JSON.stringify(is(await b.login(login), 401, "bad_login")));
      assert.equal(b.cookie, undefined, what);
    }
    assert.equal(bodies.size, 1);
  });

  test("takes as long for nobody as for somebody", async () => {
    const seller = await addSeller(server);
    const took = async (login) => {
      const times = [];
      for (let i = 0; i < 4; i++) {
        const begun = performance.now();
        is(await browser().login(login), 401, "bad_login");
        times.push(performance.now() - begun);
      }
      return Math.min(...times);
    };
    // A password is hashed in each case: what else a login costs is little.
    const begun = performance.now();
    await browser().get("me");
    const without = performance.now() - begun;
    for (const login of [{}, { email: newMail() }, { company: "nowhere" }]) {
      const ms = await took({ ...seller, password: "wrong", ...login });
      assert.ok(ms > 3 * Math.min(without, 10), `${ms} and ${without} ms`);
    }
  });

  test("refuses bodies that are none", async () => {
    const login = await addSeller(server);
    for (const [body, code] of [
      ["", "bad_json"], ["[]", "bad_json"], ["{", "bad_json"],
      ['{"company":"demo","company":"demo"}', "bad_json"],
      [{}, "bad_frame"], [{ ...login, email: 7 }, "bad_frame"],
      [{ ...login, email: "anna" }, "bad_frame"],
      [{ ...login, password: "a\u0000b" }, "bad_frame"],
      [{ ...login, password: "x".repeat(2000) }, "bad_frame"],
      [{ ...login, company: "a\nb" }, "bad_frame"]])
      is(await browser().post("/v1/staff/login", body, { loose: true }),
        400, code);
    const form = browser({ headers: { "content-type": "text/plain" } });
    is(await form.post("/v1/staff/login", login, { loose: true }), 415);
  });

  test("is only for our own pages, where there is a page", async () => {
    const seller = await addSeller(server);
    for (const origin of ["https://evil.example", "null",
      server.base.replace("http:", "https:"), `${server.base}.evil.example`])
      is(await browser().login(seller, { headers: { origin } }), 403,
        "bad_origin");
  });
});

describe("guesses", () => {
  // The first few are free; then each wait is twice as long as the one before,
  // so that a slow machine, too, comes too early in the end.
  async function guessed(who) {
    for (let i = 0; i < 12; i++) {
      const answer = await browser().login(who);
      if (answer.status === 429) {
        assert.ok(i >= 6, String(i));
        return answer;
      }
      is(answer, 401, "bad_login");
    }
    return assert.fail("it costs nothing");
  }

  test("of one account cost more and more, from wherever", async () => {
    const seller = await addSeller(server);
    const refused = await guessed({ ...seller, password: "wrong" });
    is(refused, 429, "too_many");
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    // The right one must wait, too; others need not.
    is(await browser().login(seller), 429, "too_many");
    is(await browser().login(await addSeller(server)), 200);
  });

  test("of accounts that there are not cost the same", async () => {
    const nobody = { company: "demo", email: newMail(), password: "wrong" };
    is(await guessed(nobody), 429, "too_many");
  });

  test("of many accounts from one address cost, too", async () => {
    const b = browser();
    const statuses = [];
    while (!statuses.includes(429) && statuses.length < 100)
      statuses.push(...(await Promise.all(Array.from({ length: 20 }, () =>
        b.login({ company: "demo", email: newMail(), password: "wrong" }))))
        .map(({ status }) => status));
    const wrong = statuses.filter((status) => status === 401).length;
    assert.ok(wrong >= 50 && wrong < 60, `${wrong} were tried`);
  });

  test("a login that is right forgives", async () => {
    const seller = await addSeller(server);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 3; i++)
        is(await browser().login({ ...seller, password: "wrong" }), 401);
      is(await browser().login(seller), 200);
    }
  });
});

describe("who is not let in", () => {
  const open = ["me", "agents", "roles", "keys", "sessions"];

  test("without anything, or with what was made up", async () => {
    const anna = await newSeller(server, { role: "admin" });
    const [, token] = anna.cookie.split("=");
    const flipped = token.slice(0, -1) + (token.endsWith("A") ? "E" : "A");
    for (const cookie of [undefined, "frontdesk=", "frontdesk=fds_",
      `frontdesk=${flipped}`, `frontdesk=${token}x`, `frontdesk=${token.slice(4)}`,
      `__Host-frontdesk=${token}`, `xfrontdesk=${token}`,
      `frontdesk=fdk_${token.slice(4)}`, `frontdesk="${token}"`,
      `frontdesk=${"a".repeat(4000)}`]) {
      const b = browser();
      b.cookie = cookie;
      for (const path of open)
        is(await b.get(`/v1/staff/${path}`), 401, "not_logged_in");
    }
    for (const key of ["", "fdk_", token, `fdk_${token.slice(4)}`,
      "x".repeat(3000)])
      is(await browser({ key }).get("/v1/staff/me"), 401, "not_logged_in");
  });

  test("by a link's token", async () => {
    const link = await agentCommand(server, ["invite", "demo", newMail()]);
    const [, token] = link.split("=");
    const b = browser();
    b.cookie = `frontdesk=${token}`;
    is(await b.get("/v1/staff/me"), 401, "not_logged_in");
    is(await browser({ key: token }).get("/v1/staff/me"), 401);
  });

  test("a cookie among others is found", async () => {
    const anna = await newSeller(server);
    anna.cookie = `a=1; xfrontdesk=2; ${anna.cookie} ; z`;
    is(await anna.get("/v1/staff/me"), 200);
  });

  test("after logout, at once", async () => {
    const anna = await newSeller(server);
    const other = await anna.again();
    const { cookie } = anna;
    is(await anna.post("/v1/staff/logout"), 204);
    assert.match(anna.setCookie, /^frontdesk=; .*Max-Age=0/);
    anna.cookie = cookie;
    is(await anna.get("/v1/staff/me"), 401, "not_logged_in");
    is(await other.get("/v1/staff/me"), 200);
  });

  test("when the account is disabled, within seconds", async () => {
    const anna = await newSeller(server);
    await agentCommand(server, ["disable", "demo", anna.seller.email]);
    for (const end = Date.now() + 10_000; ;) {
      const { status } = await anna.get("/v1/staff/me");
      if (status === 401) break;
      assert.ok(Date.now() < end, "still let in");
    }
  });
});

describe("with a cookie, what changes something", () => {
  const foreign = [undefined, "https://evil.example", "null", ""];

  test("must come from our own pages", async () => {
    const anna = await newSeller(server, { role: "admin" });
    const ask = async (method, path, body, origin) => {
      const headers = { "content-type": "application/json",
        cookie: anna.cookie, ...(origin === undefined ? {} : { origin }) };
      const response = await fetch(server.url(path), { method, headers,
        ...(body ? { body: JSON.stringify(body) } : {}) });
      return { status: response.status, body: await response.json() };
    };
    for (const origin of foreign) {
      is(await ask("POST", "/v1/staff/logout", {}, origin), 403, "bad_origin");
      is(await ask("PUT", "/v1/staff/roles/x", { permissions: [] }, origin),
        403, "bad_origin");
      is(await ask("PATCH", `/v1/staff/agents/${anna.account.agent.id}`,
        { version: 1, name: "X" }, origin), 403, "bad_origin");
      is(await ask("DELETE", "/v1/staff/sessions", null, origin), 403,
        "bad_origin");
    }
    is(await anna.get("/v1/staff/me"), 200);
    assert.deepEqual(is(await anna.get("/v1/staff/roles"), 200).roles
      .map((r) => r.name), ["admin", "supervisor", "seller"]);
  });

  test("must be JSON", async () => {
    const anna = await newSeller(server);
    is(await anna.post("/v1/staff/logout", {}, { loose: true,
      headers: { "content-type": "text/plain" } }), 415, "bad_type");
    is(await anna.get("/v1/staff/me"), 200);
  });

  test("is not answered across origins", async () => {
    const anna = await newSeller(server);
    const response = await fetch(server.url("/v1/staff/me"), {
      headers: { cookie: anna.cookie, origin: "https://evil.example" } });
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    const preflight = await fetch(server.url("/v1/staff/logout"), {
      method: "OPTIONS", headers: { origin: "https://evil.example",
        "access-control-request-method": "POST" } });
    assert.equal(preflight.status, 405);
  });

  test("a key needs no origin", async () => {
    const anna = await newSeller(server, { role: "admin" });
    const { key } = is(await anna.post("/v1/staff/keys",
      { name: "sync", role: "admin" }), 200);
    const response = await fetch(server.url("/v1/staff/roles/night"), {
      method: "PUT",
      headers: { "content-type": "application/json",
        authorization: `Bearer ${key}` },
      body: JSON.stringify({ permissions: ["answer"] }) });
    assert.equal(response.status, 200);
  });
});

describe("a hundred logins at once", () => {
  const megabytes = () => {
    const { pid } = server.processes.serve.child;
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
  };

  test("take no more memory than a few, and are refused aloud", async () => {
    const seller = await addSeller(server);
    const before = megabytes();
    // Of a hundred accounts; that there are none costs the same.
    const answers = await Promise.all(Array.from({ length: 100 }, () =>
      browser().login({ company: "demo", email: newMail(), password: "x" })));
    const hashed = answers.filter(({ status }) => status === 401);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(hashed.length + refused.length, 100);
    assert.ok(hashed.length >= 32, `${hashed.length} were looked at`);
    assert.ok(refused.length >= 20, `${refused.length} were refused`);
    for (const { headers } of refused)
      assert.ok(Number(headers.get("retry-after")) >= 1);
    // A hash takes 64 MiB; as many run as there are cores.
    const grown = megabytes() - before;
    assert.ok(grown < 64 * (availableParallelism() + 2), `${grown} MB more`);
    is(await browser().login(seller), 200);
  });

  test("keep nobody from being served", async () => {
    const anna = await newSeller(server);
    let over = false;
    const flood = Promise.all(Array.from({ length: 60 }, () =>
      browser().login({ company: "demo", email: newMail(), password: "x" })))
      .then(() => { over = true; });
    let served = 0;
    while (!over) {
      is(await anna.get("/v1/staff/me"), 200);
      served++;
    }
    await flood;
    assert.ok(served > 10, `${served} requests meanwhile`);
  });
});
