// staff_people: colleagues, with the real binary: invited, changed, disabled;
// roles and keys. Nobody gives or takes a right that they do not have, and what
// is another company's is not there.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { company, startServer } from "../lib/server.mjs";
import { until } from "../lib/until.mjs";
import { Browser, is, newMail, newSeller, PASSWORD } from "../lib/staff.mjs";

let server;
let boss; // admin of demo
let leader; // supervisor
let seller;
let stranger; // admin of another company

before(async () => {
  server = await startServer({ companies: { demo: company, other: company },
    settings: { connectionsPerAddress: 0 } });
  boss = await newSeller(server, { role: "admin", name: "Bo" });
  leader = await newSeller(server, { role: "supervisor" });
  seller = await newSeller(server);
  stranger = await newSeller(server, { role: "admin", company: "other" });
});

after(() => server?.stop());

const agents = "/v1/staff/agents";
const pathOf = ({ account }) => `${agents}/${account.agent.id}`;

async function change(by, path, what) {
  const { version } = is(await by.get(path), 200);
  return by.ask("PATCH", path, { version, ...what });
}

async function invite(by, what = {}) {
  return by.post("/v1/staff/invitations",
    { email: newMail(), name: "Carla", role: "seller", ...what });
}

const tokenOf = ({ link }) => link.split("=")[1];

// One made by an invitation, in a browser.
async function invited(by, what) {
  const made = is(await invite(by, what), 200);
  const b = new Browser(server);
  b.account = is(await b.post("/v1/staff/accept",
    { token: tokenOf(made), password: PASSWORD }), 200);
  return b;
}

// A role of these permissions, by the boss.
let count = 0;
async function newRole(permissions) {
  const name = `role-${++count}`;
  is(await boss.ask("PUT", `/v1/staff/roles/${name}`, { permissions }), 200);
  return name;
}

describe("an invitation", () => {
  test("becomes an account with a password of its own", async () => {
    const email = newMail();
    const made = is(await invite(boss, { email, name: "Carla", role: "seller",
      skills: ["returns"], languages: ["de", "en"], teams: ["sales"],
      capacity: 450 }), 200);
    assert.equal(made.agent.state, "invited");
    assert.ok(made.expires_at > Date.now() + 6 * 24 * 3600 * 1000);
    const b = new Browser(server);
    const account = is(await b.post("/v1/staff/accept",
      { token: tokenOf(made), password: PASSWORD, name: "Carlotta" }), 200);
    assert.equal(account.agent.name, "Carlotta");
    assert.equal(account.agent.state, "active");
    assert.equal(account.agent.capacity, 450);
    assert.deepEqual(account.agent.languages, ["de", "en"]);
    is(await b.get("/v1/staff/me"), 200);
    is(await new Browser(server).login(
      { company: "demo", email, password: PASSWORD }), 200);
  });

  test("is used once, whoever is first", async () => {
    const token = tokenOf(is(await invite(boss), 200));
    const answers = await Promise.all([1, 2, 3].map((i) =>
      new Browser(server).post("/v1/staff/accept",
        { token, password: `${PASSWORD} ${i}` })));
    assert.deepEqual(answers.map(({ status }) => status).sort(),
      [200, 401, 401]);
    is(await new Browser(server).post("/v1/staff/accept",
      { token, password: PASSWORD }), 401, "bad_invitation");
  });

  test("made anew voids the one before", async () => {
    const email = newMail();
    const first = is(await invite(boss, { email }), 200);
    const second = is(await invite(boss, { email }), 200);
    assert.equal(first.agent.id, second.agent.id);
    is(await new Browser(server).post("/v1/staff/accept",
      { token: tokenOf(first), password: PASSWORD }), 401, "bad_invitation");
    is(await new Browser(server).post("/v1/staff/accept",
      { token: tokenOf(second), password: "short" }), 422, "weak_password");
    is(await new Browser(server).post("/v1/staff/accept",
      { token: tokenOf(second), password: PASSWORD }), 200);
    is(await invite(boss, { email }), 409, "taken");
  });

  test("made up opens nothing", async () => {
    const token = tokenOf(is(await invite(boss), 200));
    for (const bad of ["", "fdi_", token.slice(4), `${token}x`,
      token.toLowerCase(), `fds_${token.slice(4)}`,
      boss.cookie.split("=")[1]])
      is(await new Browser(server).post("/v1/staff/accept",
        { token: bad, password: PASSWORD }), 401, "bad_invitation");
  });

  test("of who was disabled meanwhile is void", async () => {
    const made = is(await invite(boss), 200);
    is(await change(boss, `${agents}/${made.agent.id}`, { state: "disabled" }),
      200);
    is(await new Browser(server).post("/v1/staff/accept",
      { token: tokenOf(made), password: PASSWORD }), 401, "bad_invitation");
  });

  test("is for who may manage staff, and for no more than they may", async () => {
    for (const b of [seller, leader])
      is(await invite(b), 403, "forbidden");
    const hirer = await invited(boss,
      { role: await newRole(["answer", "take", "manage_staff"]) });
    is(await invite(hirer, { role: "seller" }), 200);
    is(await invite(hirer, { role: "admin" }), 403, "forbidden");
    is(await invite(hirer, { role: "supervisor" }), 403, "forbidden");
    is(await invite(hirer, { role: "nothing" }), 400, "bad_frame");
  });
});

describe("colleagues", () => {
  test("are seen by all, their e-mail by who manages them", async () => {
    const list = is(await boss.get(agents), 200).agents;
    assert.ok(list.length >= 3);
    assert.ok(list.every((a) => a.email));
    assert.ok(!list.some((a) => a.id === stranger.account.agent.id));
    const seen = is(await seller.get(agents), 200).agents;
    assert.deepEqual(seen.map((a) => a.id), list.map((a) => a.id));
    for (const agent of seen)
      assert.equal("email" in agent, agent.id === seller.account.agent.id);
    assert.equal(is(await seller.get(pathOf(boss)), 200).name, "Bo");
    is(await seller.get(`${agents}?after=x`, { loose: true }), 400);
    assert.deepEqual(is(await seller.get(`${agents}?after=999999`), 200),
      { agents: [] });
  });

  test("come in pages", async () => {
    for (let i = 0; i < 100; i++)
      is(await invite(stranger, { name: `No. ${i}` }), 200);
    const first = is(await stranger.get(agents), 200);
    assert.equal(first.agents.length, 100);
    const rest = is(await stranger.get(`${agents}?after=${first.next}`), 200);
    assert.equal(rest.agents.length, 1);
    assert.equal(rest.next, undefined);
  });

  test("are changed, each version once", async () => {
    const b = await invited(boss);
    const path = pathOf(b);
    const { version } = is(await boss.get(path), 200);
    const after = is(await boss.ask("PATCH", path, { version, name: "Dora",
      role: "supervisor", skills: ["vip"], capacity: 0 }), 200);
    assert.equal(after.version, version + 1);
    assert.equal(after.name, "Dora");
    assert.equal(after.capacity, 0);
    is(await boss.ask("PATCH", path, { version, name: "Eva" }), 409, "changed");
    assert.equal(is(await boss.get(path), 200).name, "Dora");
    // And what they may do is what the new role may.
    await until("the new role", async () =>
      (await b.get("/v1/staff/me")).body.permissions.includes("supervise"));
  });

  test("keep their own e-mail", async () => {
    const b = await invited(boss);
    is(await change(boss, pathOf(b), { email: seller.seller.email }), 409,
      "taken");
    const email = newMail();
    is(await change(boss, pathOf(b), { email: email.toUpperCase() }), 200);
    is(await new Browser(server).login(
      { company: "demo", email, password: PASSWORD }), 200);
  });

  test("change of themselves what concerns nobody else", async () => {
    const b = await invited(boss);
    is(await change(b, pathOf(b), { name: "Fritz", languages: ["fr"] }), 200);
    for (const what of [{ skills: ["vip"] }, { teams: ["a"] },
      { capacity: 9999 }, { email: newMail() }, { role: "admin" },
      { state: "disabled" }])
      is(await change(b, pathOf(b), what), 403, "forbidden");
    is(await change(b, pathOf(seller), { name: "X" }), 403, "forbidden");
  });

  test("do not raise or disable themselves, whoever they are", async () => {
    is(await change(boss, pathOf(boss), { role: "seller" }), 409, "yourself");
    is(await change(boss, pathOf(boss), { state: "disabled" }), 409,
      "yourself");
    is(await boss.post(`${pathOf(boss)}/reset`), 409, "yourself");
    is(await change(boss, pathOf(boss), { skills: ["all"] }), 200);
  });

  test("who manages staff cannot reach above themselves", async () => {
    const hirer = await invited(boss,
      { role: await newRole(["answer", "take", "manage_staff"]) });
    const victim = await invited(boss);
    for (const what of [{ name: "X" }, { state: "disabled" },
      { email: newMail() }, { role: "seller" }])
      is(await change(hirer, pathOf(boss), what), 403, "forbidden");
    is(await hirer.post(`${pathOf(boss)}/reset`), 403, "forbidden");
    is(await hirer.ask("DELETE", `${pathOf(boss)}/sessions`), 403, "forbidden");
    is(await change(hirer, pathOf(victim), { role: "supervisor" }), 403,
      "forbidden");
    is(await change(hirer, pathOf(victim), { name: "Y" }), 200);
    is(await hirer.post(`${pathOf(victim)}/reset`), 200);
    is(await hirer.ask("DELETE", `${pathOf(victim)}/sessions`), 204);
    is(await victim.get("/v1/staff/me"), 401);
    is(await boss.get("/v1/staff/me"), 200);
  });

  test("are gone at once when they are disabled, with their keys", async () => {
    const b = await invited(boss, { role: "admin" });
    const { key } = is(await b.post("/v1/staff/keys",
      { name: "own", role: "seller", personal: true }), 200);
    const program = new Browser(server, { key });
    is(await program.get("/v1/staff/me"), 200);
    is(await change(boss, pathOf(b), { state: "disabled" }), 200);
    is(await b.get("/v1/staff/me"), 401);
    is(await program.get("/v1/staff/me"), 401);
    is(await change(boss, pathOf(b), { state: "active" }), 200);
    is(await b.get("/v1/staff/me"), 401);
    is(await boss.post(`${pathOf(b)}/reset`), 200);
  });

  test("what is no change is refused", async () => {
    const b = await invited(boss);
    for (const what of [{ name: "" }, { name: "a\nb" },
      { name: "x".repeat(81) }, { name: 7 }, { email: "x" },
      { role: "Admin!" }, { state: "invited" }, { state: "gone" },
      { capacity: -1 }, { capacity: 1.5 }, { capacity: 10001 },
      { skills: "vip" }, { skills: ["a", "a"] }, { skills: ["a b"] },
      { skills: [1] }, { teams: Array.from({ length: 51 }, (_, i) => `t${i}`) },
      { version: "1" }, { version: -1 }]) {
      const { version } = is(await boss.get(pathOf(b)), 200);
      is(await boss.ask("PATCH", pathOf(b), { version, ...what },
        { loose: true }), 400, "bad_frame");
    }
    is(await boss.ask("PATCH", pathOf(b), { name: "X" }, { loose: true }), 400);
    is(await change(boss, `${agents}/${is(await invite(boss), 200).agent.id}`,
      { state: "active" }), 400);
  });
});

describe("what is another company's", () => {
  test("is not there", async () => {
    const path = pathOf(stranger);
    const { id } = is(await stranger.post("/v1/staff/keys",
      { name: "theirs", role: "seller" }), 200);
    is(await boss.get(path), 404, "not_found");
    is(await boss.ask("PATCH", path, { version: 1, name: "X" }), 404);
    is(await boss.post(`${path}/reset`), 404);
    is(await boss.ask("DELETE", `${path}/sessions`), 404);
    is(await boss.ask("DELETE", `/v1/staff/keys/${id}`), 404);
    is(await boss.ask("DELETE",
      `/v1/staff/sessions/${stranger.account.session.id}`), 404);
    assert.ok(!is(await boss.get("/v1/staff/keys"), 200).keys
      .some((k) => k.id === id));
    is(await stranger.get("/v1/staff/me"), 200);
    assert.equal(is(await stranger.get(path), 200).name, "Anna");
  });

  test("may have the same e-mail, roles and nothing of ours", async () => {
    const { email } = seller.seller;
    is(await invite(stranger, { email }), 200);
    const name = await newRole(["answer"]);
    assert.ok(!is(await stranger.get("/v1/staff/roles"), 200).roles
      .some((r) => r.name === name));
    is(await invite(stranger, { role: name }), 400, "bad_frame");
    is(await stranger.ask("DELETE", `/v1/staff/roles/${name}`), 404);
  });
});

describe("roles", () => {
  test("are made, changed and removed", async () => {
    const path = "/v1/staff/roles/night";
    const made = is(await boss.ask("PUT", path,
      { permissions: ["answer"] }), 200);
    assert.deepEqual(made, { name: "night", permissions: ["answer"],
      builtin: false, version: 1 });
    is(await boss.ask("PUT", path, { permissions: ["answer", "take"],
      version: 1 }), 200);
    is(await boss.ask("PUT", path, { permissions: [], version: 1 }), 409,
      "changed");
    const { roles } = is(await seller.get("/v1/staff/roles"), 200);
    assert.deepEqual(roles.find((r) => r.name === "night").permissions,
      ["answer", "take"]);
    const b = await invited(boss, { role: "night" });
    is(await boss.ask("DELETE", path), 409, "in_use");
    is(await change(boss, pathOf(b), { role: "seller" }), 200);
    is(await boss.ask("DELETE", path), 204);
    is(await boss.ask("DELETE", path), 404);
  });

  test("built in stay as they are", async () => {
    for (const name of ["admin", "supervisor", "seller"]) {
      is(await boss.ask("PUT", `/v1/staff/roles/${name}`,
        { permissions: [] }), 409, "in_use");
      is(await boss.ask("DELETE", `/v1/staff/roles/${name}`), 409,
        "in_use");
    }
  });

  test("give no right that their maker lacks", async () => {
    const hirer = await invited(boss,
      { role: await newRole(["answer", "manage_staff"]) });
    const strong = await newRole(["answer", "manage_company"]);
    is(await hirer.ask("PUT", "/v1/staff/roles/mine",
      { permissions: ["answer"] }), 200);
    is(await hirer.ask("PUT", "/v1/staff/roles/mine",
      { permissions: ["answer", "take"] }), 403, "forbidden");
    is(await hirer.ask("PUT", `/v1/staff/roles/${strong}`,
      { permissions: ["answer"] }), 403, "forbidden");
    is(await hirer.ask("DELETE", `/v1/staff/roles/${strong}`), 403,
      "forbidden");
    is(await leader.ask("PUT", "/v1/staff/roles/mine",
      { permissions: [] }), 403, "forbidden");
  });

  test("that lose a right lose it for all who have them", async () => {
    const role = await newRole(["answer", "manage_keys"]);
    const b = await invited(boss, { role });
    is(await b.get("/v1/staff/keys"), 200);
    is(await boss.ask("PUT", `/v1/staff/roles/${role}`,
      { permissions: ["answer"] }), 200);
    await until("the right is gone", async () =>
      (await b.get("/v1/staff/keys")).status === 403);
  });

  test("have names and permissions that there are", async () => {
    for (const name of ["Night", "2nd", "a%20b", "-", "x".repeat(41), ""])
      is(await boss.ask("PUT", `/v1/staff/roles/${name}`,
        { permissions: [] }, { loose: true }), 404);
    for (const permissions of ["answer", ["fly"], ["answer", "answer"], [1],
      { answer: true }, null])
      is(await boss.ask("PUT", "/v1/staff/roles/some", { permissions },
        { loose: true }), 400, "bad_frame");
  });
});

describe("keys", () => {
  test("do what their role may, and end", async () => {
    const made = is(await boss.post("/v1/staff/keys",
      { name: "crm", role: "supervisor", days: 30 }), 200);
    assert.ok(made.expires_at > Date.now() + 29 * 24 * 3600 * 1000);
    const program = new Browser(server, { key: made.key });
    const account = is(await program.get("/v1/staff/me"), 200);
    assert.equal(account.agent, null);
    assert.equal(account.session.kind, "key");
    is(await program.get(agents), 200);
    is(await invite(program), 403, "forbidden");
    const { keys } = is(await boss.get("/v1/staff/keys"), 200);
    assert.equal(keys.find((k) => k.id === made.id).name, "crm");
    assert.ok(!JSON.stringify(keys).includes(made.key));
    is(await boss.ask("DELETE", `/v1/staff/keys/${made.id}`), 204);
    is(await program.get("/v1/staff/me"), 401);
    is(await boss.ask("DELETE", `/v1/staff/keys/${made.id}`), 404);
  });

  test("may never do more than their maker", async () => {
    const keeper = await invited(boss,
      { role: await newRole(["answer", "manage_keys"]) });
    for (const role of ["admin", "supervisor", "seller", "nothing"])
      is(await keeper.post("/v1/staff/keys", { name: "k", role }), 403,
        "forbidden");
    const role = await newRole(["answer"]);
    is(await keeper.post("/v1/staff/keys", { name: "k", role }), 200);
    for (const b of [seller, leader])
      is(await b.post("/v1/staff/keys", { name: "k", role: "seller" }), 403,
        "forbidden");
  });

  test("of one's own lose what one loses", async () => {
    const b = await invited(boss, { role: "admin" });
    const { key } = is(await b.post("/v1/staff/keys",
      { name: "own", role: "admin", personal: true }), 200);
    const program = new Browser(server, { key });
    is(await program.get("/v1/staff/keys"), 200);
    is(await change(boss, pathOf(b), { role: "seller" }), 200);
    is(await program.get("/v1/staff/keys"), 403, "forbidden");
    assert.deepEqual(is(await program.get("/v1/staff/me"), 200).permissions,
      ["answer", "take"]);
  });

  describe("that keys make", () => {
    const DAY = 24 * 3600 * 1000;
    const make = (by, body) => by.post("/v1/staff/keys",
      { name: "k", role: "seller", ...body });
    const made = async (by, body) => {
      const { key, id, expires_at } = is(await make(by, body), 200);
      return Object.assign(new Browser(server, { key }), { id, expires_at });
    };
    const isOver = async (program) =>
      is(await program.get("/v1/staff/me"), 401, "not_logged_in");

    test("do not outlive them", async () => {
      const parent = await made(boss, { role: "admin", days: 2 });
      for (const days of [undefined, 0, 3, 3650])
        assert.match(is(await make(parent, { days }), 403, "forbidden").detail,
          /ends before that/);
      const child = await made(parent, { days: 1 });
      assert.ok(child.expires_at <= parent.expires_at);
      const short = await made(boss, { role: "admin", days: 1 });
      is(await make(short, { days: 1 }), 403, "forbidden");
      const forever = await made(boss, { role: "admin" });
      await made(forever, {});
      assert.ok((await made(forever, { days: 3650 })).expires_at >
        Date.now() + 3649 * DAY);
    });

    test("may not do more than they", async () => {
      const parent = await made(boss,
        { role: await newRole(["answer", "manage_keys"]) });
      for (const role of ["admin", "supervisor", "seller"])
        is(await make(parent, { role }), 403, "forbidden");
      await made(parent, { role: await newRole(["answer"]) });
    });

    test("end with them, and theirs, too", async () => {
      const parent = await made(boss, { role: "admin" });
      const child = await made(parent, { role: "admin" });
      const other = await made(boss, { role: "admin" });
      const grandchild = await made(child, {});
      is(await grandchild.get("/v1/staff/me"), 200);
      is(await boss.ask("DELETE", `/v1/staff/keys/${parent.id}`), 204);
      for (const b of [parent, child, grandchild]) await isOver(b);
      is(await other.get("/v1/staff/me"), 200);
      const { keys } = is(await boss.get("/v1/staff/keys"), 200);
      assert.deepEqual([parent, child, grandchild, other].map((b) =>
        keys.some((k) => k.id === b.id)), [false, false, false, true]);
    });

    test("by a personal one are personal, and end with their owner",
      async () => {
        const b = await invited(boss, { role: "admin" });
        const own = await made(b, { role: "admin", personal: true });
        assert.match(is(await make(own, {}), 403, "forbidden").detail,
          /personal true/);
        const child = await made(own, { personal: true });
        is(await child.get("/v1/staff/me"), 200);
        is(await change(boss, pathOf(b), { state: "disabled" }), 200);
        for (const program of [own, child]) await isOver(program);
      });
  });

  test("and sessions do not stand in for each other", async () => {
    const { key } = is(await boss.post("/v1/staff/keys",
      { name: "k", role: "seller" }), 200);
    const b = new Browser(server);
    b.cookie = `frontdesk=${key}`;
    is(await b.get("/v1/staff/me"), 401);
    is(await new Browser(server, { key: boss.cookie.split("=")[1] })
      .get("/v1/staff/me"), 401);
  });

  test("need a name, a role, and days that there are", async () => {
    for (const body of [{ role: "seller" }, { name: "k" },
      { name: "k", role: "seller", days: -1 },
      { name: "k", role: "seller", days: 4000 },
      { name: "k", role: "seller", personal: "yes" }])
      is(await boss.post("/v1/staff/keys", body, { loose: true }), 400,
        "bad_frame");
  });
});

test("methods that there are not are refused", async () => {
  for (const [method, path] of [["GET", "login"], ["DELETE", "me"],
    ["PUT", "agents"], ["POST", "agents"], ["PUT", "agents/1"],
    ["PATCH", "roles/x"], ["POST", "sessions"], ["DELETE", "totp/remove"]]) {
    const answer = await boss.ask(method, `/v1/staff/${path}`);
    is(answer, 405, "bad_method");
    assert.ok(answer.headers.get("allow"));
  }
});
