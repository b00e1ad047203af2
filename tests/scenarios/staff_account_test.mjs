// staff_account: one's own password, authenticator, backup codes and sessions,
// with the real binary. What may be used once is used once.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { company, startServer } from "../lib/server.mjs";
import {
  addSeller, agentCommand, Browser, codeOf, is, newMail, newSeller, PASSWORD,
} from "../lib/staff.mjs";

const NEW = "nine purple kettles";

let server;

before(async () => {
  server = await startServer({
    companies: { demo: company },
    settings: { trustedProxies: "127.0.0.1", connectionsPerAddress: 0 },
  });
});

after(() => server?.stop());

let host = 0;
const browser = () =>
  new Browser(server, { address: `203.0.113.${++host}` });

describe("the password", () => {
  test("changes by the old one, and ends the other sessions", async () => {
    const anna = await newSeller(server);
    const other = await anna.again();
    const { cookie } = anna;
    const account = is(await anna.post("/v1/staff/password",
      { old: PASSWORD, new: NEW }), 200);
    assert.equal(account.agent.id, anna.account.agent.id);
    assert.notEqual(anna.cookie, cookie);
    is(await anna.get("/v1/staff/me"), 200);
    is(await other.get("/v1/staff/me"), 401, "not_logged_in");
    anna.cookie = cookie;
    is(await anna.get("/v1/staff/me"), 401, "not_logged_in");
    is(await browser().login(anna.seller), 401, "bad_login");
    is(await browser().login({ ...anna.seller, password: NEW }), 200);
  });

  test("does not change without the old one, which is not guessed", async () => {
    const anna = await newSeller(server);
    for (let i = 0; i < 6; i++)
      is(await anna.post("/v1/staff/password", { old: "wrong", new: NEW }),
        401, "bad_login");
    is(await anna.post("/v1/staff/password", { old: "wrong", new: NEW }), 429);
    is(await anna.get("/v1/staff/me"), 200);
  });

  test("must be good enough", async () => {
    const anna = await newSeller(server, { name: "Anna Larsson" });
    const { cookie } = anna;
    for (const weak of ["", "short", "password1234", "Qwerty123456!",
      "111111111111", "AnnaLarsson99", "larkspur-2024", "x".repeat(1025)]) {
      const { status, body } = await anna.post("/v1/staff/password",
        { old: PASSWORD, new: weak }, { loose: true });
      assert.ok([400, 422].includes(status), `${weak}: ${status}`);
      if (status === 422) assert.equal(body.code, "weak_password");
    }
    assert.equal(anna.cookie, cookie);
    is(await anna.get("/v1/staff/me"), 200);
    for (const fine of [`${"lorem ipsum ".repeat(10)}`, "дом у синего моря"])
      is(await (await anna.again()).post("/v1/staff/password",
        { old: anna.seller.password, new: anna.seller.password = fine }), 200);
  });

  test("changes once, when it is changed twice at once", async () => {
    const anna = await newSeller(server);
    const other = await anna.again();
    const answers = await Promise.all([anna, other].map((b, i) =>
      b.post("/v1/staff/password", { old: PASSWORD, new: `${NEW} ${i}` })));
    const statuses = answers.map(({ status }) => status).sort();
    assert.equal(statuses[0], 200);
    assert.ok([401, 409].includes(statuses[1]), `${statuses}`);
  });
});

describe("an authenticator", () => {
  const begin = async (anna) => is(await anna.post("/v1/staff/totp/begin",
    { password: PASSWORD }), 200);

  // One who has it; with what it shows later.
  const withAuthenticator = async (options) => {
    const anna = await newSeller(server, options);
    const { secret, ticket, url } = await begin(anna);
    assert.ok(url.includes(`secret=${secret}`));
    const now = Date.now();
    const { codes } = is(await anna.post("/v1/staff/totp/confirm",
      { ticket, code: codeOf(secret, 0, now) }), 200);
    // Half minutes may pass meanwhile: steps count from that one.
    return { anna, codes, codeAt: (steps) => codeOf(secret, steps, now) };
  };

  test("is asked for once it has shown a code", async () => {
    const anna = await newSeller(server);
    const { secret, ticket } = await begin(anna);
    is(await browser().login(anna.seller), 200);
    is(await anna.post("/v1/staff/totp/confirm", { ticket, code: "000000" }),
      401, "bad_code");
    is(await browser().login(anna.seller), 200);
    const now = Date.now();
    is(await anna.post("/v1/staff/totp/confirm",
      { ticket, code: codeOf(secret, 0, now) }), 200);
    assert.equal(is(await anna.get("/v1/staff/me"), 200).agent.totp, true);
    is(await browser().login(anna.seller), 401, "code_needed");
    // The step that confirmed it was used; the next one is not.
    is(await browser().login({ ...anna.seller,
      code: codeOf(secret, 0, now) }), 401, "bad_code");
    is(await browser().login({ ...anna.seller,
      code: codeOf(secret, 1, now) }), 200);
  });

  test("a code is good once, also when it is shown twice at once", async () => {
    const { anna, codeAt } = await withAuthenticator();
    const code = codeAt(1);
    const answers = await Promise.all([1, 2, 3, 4].map(() =>
      browser().login({ ...anna.seller, code })));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 401, 401, 401]);
    is(await browser().login({ ...anna.seller, code }), 401, "bad_code");
  });

  test("codes of long ago and of long to come are none", async () => {
    const { anna, codeAt } = await withAuthenticator();
    for (const steps of [-10, -2, 3, 10])
      is(await browser().login({ ...anna.seller, code: codeAt(steps) }),
        401, "bad_code");
  });

  test("codes cannot be guessed, by whoever has the password", async () => {
    const { anna } = await withAuthenticator();
    let tries = 0;
    for (let status = 401; status === 401 && tries < 20; tries++)
      ({ status } = await browser().login({ ...anna.seller, code: "123123" }));
    assert.equal(tries, 7);
    const refused = await browser().login({ ...anna.seller, code: "123123" });
    is(refused, 429, "too_many");
    assert.ok(Number(refused.headers.get("retry-after")) > 10);
  });

  test("backup codes stand in for it, each once", async () => {
    const { anna, codes } = await withAuthenticator();
    const [first, second, third] = codes;
    is(await browser().login({ ...anna.seller, code: first }), 200);
    is(await browser().login({ ...anna.seller, code: first }), 401, "bad_code");
    is(await browser().login({ ...anna.seller,
      code: ` ${second.toUpperCase().replaceAll("-", " ")}` }), 200);
    const answers = await Promise.all([1, 2, 3].map(() =>
      browser().login({ ...anna.seller, code: third })));
    assert.deepEqual(answers.map(({ status }) => status).sort(),
      [200, 401, 401]);
    assert.equal(is(await anna.get("/v1/staff/me"), 200).agent.codes, 7);
  });

  test("backup codes can be made anew; the old ones are void", async () => {
    const { anna, codes } = await withAuthenticator();
    is(await anna.post("/v1/staff/totp/codes", { password: "wrong" }), 401);
    const fresh = is(await anna.post("/v1/staff/totp/codes",
      { password: PASSWORD }), 200).codes;
    assert.equal(new Set([...codes, ...fresh]).size, 20);
    is(await browser().login({ ...anna.seller, code: codes[0] }), 401);
    is(await browser().login({ ...anna.seller, code: fresh[0] }), 200);
  });

  test("goes with the password, and can begin again", async () => {
    const { anna } = await withAuthenticator();
    is(await anna.post("/v1/staff/totp/begin", { password: PASSWORD }), 409,
      "in_use");
    is(await anna.post("/v1/staff/totp/remove", { password: "wrong" }), 401);
    is(await anna.post("/v1/staff/totp/remove", { password: PASSWORD }), 204);
    is(await browser().login(anna.seller), 200);
    is(await anna.post("/v1/staff/totp/codes", { password: PASSWORD }), 409);
    await begin(anna);
  });

  test("tickets are good for one's own account alone", async () => {
    const anna = await newSeller(server);
    const bert = await newSeller(server);
    const { secret, ticket } = await begin(anna);
    for (const [b, bad] of [[bert, ticket], [anna, ""], [anna, "sealed:x"],
      [anna, `${ticket}A`], [anna, "totp 1 9999999999999 00"],
      [anna, `${ticket.slice(0, 60)}${ticket.slice(61)}`]])
      is(await b.post("/v1/staff/totp/confirm",
        { ticket: bad, code: codeOf(secret) }), 401, "bad_code");
  });

  test("is needed for a reset, too, unless the reset forgets it", async () => {
    const { anna, codeAt } = await withAuthenticator();
    const boss = await newSeller(server, { role: "admin" });
    const path = `/v1/staff/agents/${anna.account.agent.id}/reset`;
    const tokenOf = ({ link }) => link.split("=")[1];
    const b = browser();
    let token = tokenOf(is(await boss.post(path, {}), 200));
    is(await b.post("/v1/staff/accept", { token, password: NEW }), 401,
      "code_needed");
    is(await b.post("/v1/staff/accept",
      { token, password: NEW, code: codeAt(1) }), 200);
    is(await b.post("/v1/staff/accept",
      { token, password: NEW, code: codeAt(1) }), 401,
      "bad_invitation");
    token = tokenOf(is(await boss.post(path, { totp: true }), 200));
    is(await b.post("/v1/staff/accept", { token, password: PASSWORD }), 200);
    is(await browser().login(anna.seller), 200);
  });
});

describe("sessions", () => {
  test("are listed, and end one by one or all but this", async () => {
    const anna = await newSeller(server);
    const second = await anna.again();
    const third = await anna.again();
    const { sessions } = is(await anna.get("/v1/staff/sessions"), 200);
    assert.equal(sessions.length, 3);
    assert.deepEqual(sessions.map((s) => s.current), [true, false, false]);
    is(await anna.ask("DELETE",
      `/v1/staff/sessions/${second.account.session.id}`), 204);
    is(await second.get("/v1/staff/me"), 401);
    is(await third.get("/v1/staff/me"), 200);
    is(await anna.ask("DELETE", "/v1/staff/sessions"), 204);
    is(await third.get("/v1/staff/me"), 401);
    is(await anna.get("/v1/staff/me"), 200);
  });

  test("of others are not there", async () => {
    const anna = await newSeller(server);
    const bert = await newSeller(server);
    for (const id of [bert.account.session.id, 1e9, "0", "x", "-1", "1e3",
      "99999999999999999999", ""])
      is(await anna.ask("DELETE", `/v1/staff/sessions/${id}`, undefined,
        { loose: true }), 404, "not_found");
    is(await bert.get("/v1/staff/me"), 200);
  });

  test("are not for keys", async () => {
    const boss = await newSeller(server, { role: "admin" });
    const { key } = is(await boss.post("/v1/staff/keys",
      { name: "own", role: "admin", personal: true }), 200);
    const program = new Browser(server, { key });
    assert.equal(is(await program.get("/v1/staff/me"), 200).agent.id,
      boss.account.agent.id);
    for (const [method, path, body] of [
      ["GET", "sessions"], ["DELETE", "sessions"], ["DELETE", "sessions/1"],
      ["POST", "logout", {}], ["POST", "password", { old: PASSWORD, new: NEW }],
      ["POST", "totp/begin", { password: PASSWORD }],
      ["POST", "totp/confirm", { ticket: "x", code: "1" }],
      ["POST", "totp/codes", { password: PASSWORD }],
      ["POST", "totp/remove", { password: PASSWORD }]])
      is(await program.ask(method, `/v1/staff/${path}`, body), 403,
        "session_needed");
  });

  test("are at most twenty; the oldest ends", async () => {
    const anna = await newSeller(server);
    const others = [];
    for (let i = 0; i < 20; i++) others.push(await anna.again());
    is(await anna.get("/v1/staff/me"), 401);
    is(await others[0].get("/v1/staff/me"), 200);
    assert.equal(is(await others[0].get("/v1/staff/sessions"), 200)
      .sessions.length, 20);
  });
});

describe("the command line", () => {
  const fails = async (words, input, pattern) => {
    const error = await agentCommand(server, words, input).then(
      () => assert.fail(`${words} went well`), (e) => e);
    assert.match(error.stderr, pattern);
  };

  test("adds, lists, disables, enables and resets", async () => {
    const { email } = await addSeller(server, { role: "supervisor" });
    const listed = async () => (await agentCommand(server, ["list", "demo"]))
      .split("\n").find((line) => line.includes(email)).split("\t").slice(1, 4);
    assert.deepEqual(await listed(), ["active", "supervisor", email]);
    await agentCommand(server, ["disable", "demo", email]);
    assert.deepEqual(await listed(), ["disabled", "supervisor", email]);
    await agentCommand(server, ["enable", "demo", email]);
    const link = await agentCommand(server, ["reset", "demo", email]);
    assert.match(link, /^http:\/\/[^/]+\/console\/#reset=fdi_[\w-]{43}$/);
    is(await browser().post("/v1/staff/accept",
      { token: link.split("=")[1], password: NEW }), 200);
  });

  test("loads sellers from a file, and says only what it made up", async () => {
    const file = join(server.dir, "load.json");
    const [given, made] = [newMail(), newMail()];
    await writeFile(file, JSON.stringify({ sellers: [
      { email: given, password: "three blue kettles" }, { email: made }] }));
    const said = (await agentCommand(server, ["load", "demo", file]))
      .split("\n").map((line) => line.split("\t"));
    assert.deepEqual(said[0], [given, "seller"]);
    assert.deepEqual(said[1].slice(0, 2), [made, "seller"]);
    is(await browser().login({ company: "demo", email: made,
      password: said[1][2] }), 200);
    is(await browser().login({ company: "demo", email: given,
      password: "three blue kettles" }), 200);
    assert.equal(await agentCommand(server, ["load", "demo", file]), "");
  });

  test("says what is wrong", async () => {
    const { email } = await addSeller(server);
    await fails(["invite", "nowhere", "a@b.example"], "", /no company/);
    await fails(["invite", "demo", "nonsense"], "", /e-mail/);
    await fails(["invite", "demo", "a@b.example", "role=boss"], "", /no role/);
    await fails(["invite", "demo", "a@b.example", "colour=red"], "", /colour/);
    await fails(["invite", "demo", email], "", /claimed/);
    await fails(["add", "demo", "a@b.example"], "password1234", /guessed/);
    await fails(["add", "demo", email], PASSWORD, /claimed/);
    await fails(["disable", "demo", "a@b.example"], "", /nobody/);
    await fails(["reset", "demo"], "", /usage/);
  });
});
