// staff: sellers, as a browser or a program of theirs would be. Every request
// and answer is held against openapi.json.
//
//	const anna = await newSeller(server, { role: "admin" });
//	const { status, body } = await anna.get("/v1/staff/agents");

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { fits, openapi } from "./schema.mjs";
import { binary } from "./server.mjs";

export const PASSWORD = "seven green bottles";

// `frontdesk agent ...` on the server's data; what it prints.
export function agentCommand(server, words, input = "") {
  return new Promise((resolve, reject) => {
    const child = execFile(binary,
      ["agent", ...words, "--data-dir", join(server.dir, "data")],
      { env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        if (error) reject(Object.assign(error, { stderr }));
        else resolve(stdout.trim());
      });
    child.stdin.end(`${input}\n`);
  });
}

let count = 0;
export const newMail = () => `seller${++count}@shop.example`;

// One who can log in with PASSWORD.
export async function addSeller(server, {
  company = "demo", email = newMail(), role = "seller", name = "Anna",
} = {}) {
  await agentCommand(server, ["add", company, email, `role=${role}`,
    `name=${name}`], PASSWORD);
  return { company, email, role, name, password: PASSWORD };
}

export async function newSeller(server, options) {
  const browser = new Browser(server);
  browser.seller = await addSeller(server, options);
  const { status, body } = await browser.login(browser.seller);
  assert.equal(status, 200, JSON.stringify(body));
  browser.account = body;
  return browser;
}

// The path as openapi.json has it.
function templateOf(path) {
  const plain = path.split("?")[0]
    .replace(/^(\/v1\/staff\/roles)\/[^/]+$/, "$1/{name}")
    .replace(/^(\/v1\/staff\/(canned|labels))\/[^/]+$/, "$1/{key}")
    .replace(/\/\d+(?=\/|$)/, "/{id}");
  return openapi.paths[plain];
}

function checkAsk(named, body) {
  const schema = named.requestBody?.content["application/json"].schema;
  if (schema && body && typeof body === "object") fits(schema.$ref, body);
}

function checkAnswer(named, path, status, body) {
  const answer = named.responses[status];
  assert.ok(answer, `openapi.json does not name ${status} of ${path}`);
  const side = answer.$ref?.endsWith("/SellerProblem") ? "seller" : "staff";
  const { $ref } = answer.$ref
    ? { $ref: `${side}.schema.json#/$defs/problem` }
    : answer.content?.["application/json"].schema ?? {};
  if ($ref) fits($ref, body);
  else assert.equal(body, null);
}

// Keeps its cookie, says its origin, as browsers do.
export class Browser {
  constructor(server, { address, key, headers = {} } = {}) {
    Object.assign(this, { server, address, key, headers });
  }

  // loose: what is sent is not held against openapi.json.
  async ask(method, path, body, { loose = false, headers = {} } = {}) {
    const response = await fetch(this.server.url(path), {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "GET" ? {} : { origin: this.server.base }),
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(this.key ? { authorization: `Bearer ${this.key}` } : {}),
        ...(this.address ? { "x-forwarded-for": this.address } : {}),
        ...this.headers, ...headers,
      },
      ...(body === undefined ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers,
      body: text ? JSON.parse(text) : null };
    this.#keep(response.headers.getSetCookie());
    const named = templateOf(path)?.[method.toLowerCase()];
    if (named) {
      if (!loose) checkAsk(named, body);
      if (answer.status !== 405)
        checkAnswer(named, path, answer.status, answer.body);
    }
    return answer;
  }

  #keep(cookies) {
    for (const one of cookies) {
      const [pair] = one.split(";");
      this.cookie = /Max-Age=0/.test(one) ? undefined : pair;
      this.setCookie = one;
    }
  }

  get(path, options) {
    return this.ask("GET", path, undefined, options);
  }

  post(path, body = {}, options) {
    return this.ask("POST", path, body, options);
  }

  login({ company, email, password, code }, options) {
    return this.post("/v1/staff/login",
      { company, email, password, ...(code ? { code } : {}) }, options);
  }

  // The same person in another browser.
  async again(extra = {}) {
    const other = new Browser(this.server, { address: this.address });
    const { status, body } = await other.login({ ...this.seller, ...extra });
    assert.equal(status, 200, JSON.stringify(body));
    other.seller = this.seller;
    other.account = body;
    return other;
  }
}

// That, and nothing else; `code` is the fault's word.
export function is(answer, status, code) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (code !== undefined) assert.equal(answer.body.code, code);
  return answer.body;
}

// ---- authenticators --------------------------------------------------------

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function fromBase32(text) {
  const bits = [...text].map((c) =>
    LETTERS.indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

// What an authenticator shows; steps: so many half minutes later.
export function codeOf(secret, steps = 0, now = Date.now()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
  const mac = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000)
    .padStart(6, "0");
}
