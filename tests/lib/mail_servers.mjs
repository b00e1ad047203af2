// mail_servers: Postfix and Dovecot as Debian has them, of our own: in a
// folder of their own, on ports of loopback, ended by their pids.
//
//	const servers = await startMailServers();
//	... servers.submission, .smtps, .bare, .imap, .imaps: ports ...
//	await servers.stop();
//
// They are not installed: `./dev test` unpacks their packages into
// build/mail-servers, and only these processes see that laid over /usr. The
// machine's own mail is not touched.
//
// Postfix delivers into the mailboxes that Dovecot shows, and has Dovecot check
// logins: a password of USERS, or TOKEN as an OAuth 2 access token, about which
// Dovecot asks a server of ours.

import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile }
  from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.mjs";
import { until } from "./until.mjs";

const root = fileURLToPath(
  new URL("../../build/mail-servers", import.meta.url));

// The words of a command that sees the packages in their places.
function inside(...command) {
  return ["unshare", "--mount", "sh", "-c",
    'mount -t overlay overlay -o "lowerdir=$0/usr:/usr" /usr && exec "$@"',
    root, ...command];
}

function run(...command) {
  const [program, ...words] = inside(...command);
  execFileSync(program, words, { stdio: "pipe" });
}

export const USERS = { desk: "pass word", reply: "other \"word\"" };
export const TOKEN = "an.access-token_0123456789";
export const DOMAIN = "support.example";
const MAIL_MAX = 200_000;

// Where Dovecot is one that knows neither MOVE nor UIDPLUS.
export const OLD = "127.0.0.2";

// Debian has them all; the servers want some that are not root.
const OWNER = "mail", GROUP = "uucp", NOBODY = "nobody";

function idOf(file, name) {
  const line = readFileSync(file, "utf8").split("\n")
    .find((l) => l.startsWith(`${name}:`));
  return line && Number(line.split(":")[2]);
}

// Why they cannot run here, or nothing.
export function whyNoMailServers() {
  const there = (path) => existsSync(join("/", path)) ||
    existsSync(join(root, path));
  if (!existsSync(join(root, "usr")) || !there("usr/sbin/dovecot") ||
    !there("usr/lib/postfix/sbin/master"))
    return "Postfix and Dovecot are not unpacked; ./dev test does it";
  if (process.getuid() !== 0)
    return "Postfix changes users, which only root may";
  if (!idOf("/etc/passwd", OWNER) || !idOf("/etc/group", GROUP))
    return `there is no user ${OWNER} or no group ${GROUP}`;
  try {
    run("true");
  } catch (error) {
    return `nothing can be laid over /usr here: ${error.message}`;
  }
  return undefined;
}

// One for localhost, and one for another host, which is what a client gets
// that does not say whom it wants.
function makeCertificate(dir, name) {
  const key = join(dir, `${name}.key`), pem = join(dir, `${name}.pem`);
  run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
    key, "-out", pem, "-days", "2", "-subj", `/CN=${name}`, "-addext",
    `subjectAltName=DNS:${name}${name === "localhost" ? `,IP:${OLD}` : ""}`);
  writeFileSync(`${pem}.chain`, readFileSync(key) + readFileSync(pem));
  return pem;
}

class MailServers {
  constructor(dir) {
    this.dir = dir;
    this.processes = [];
    this.said = ""; // on stderr
  }

  path(...names) {
    return join(this.dir, ...names);
  }

  // ---- Dovecot

  // Answers whether a token is good, as an identity provider does.
  async startTokens() {
    this.tokens = createHttpServer((request, response) => {
      const good = request.url.includes(encodeURIComponent(TOKEN));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(
        good ? { active: true, username: "desk" } : { active: false }));
    });
    await new Promise((resolve) =>
      this.tokens.listen(0, "127.0.0.1", resolve));
    return this.tokens.address().port;
  }

  async writeDovecot() {
    const uid = idOf("/etc/passwd", OWNER);
    const users = Object.entries(USERS).map(([user, password]) =>
      `${user}:{PLAIN}${password}::::::\n`).join("");
    const tokens = await this.startTokens();
    await writeFile(this.path("users"), users);
    await writeFile(this.path("oauth2.conf"), `
introspection_mode = get
introspection_url = http://127.0.0.1:${tokens}/?token=
active_attribute = active
active_value = true
username_attribute = username
`);
    await writeFile(this.path("dovecot.conf"), `
base_dir = ${this.path("dovecot")}
state_dir = ${this.path("dovecot")}
log_path = ${this.path("dovecot.log")}
protocols = imap
listen = 127.0.0.1, ${OLD}
ssl = required
ssl_cert = <${this.cert}
ssl_key = <${this.path("localhost.key")}
disable_plaintext_auth = yes
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2 oauthbearer
default_login_user = ${NOBODY}
default_internal_user = ${OWNER}
default_internal_group = ${OWNER}
first_valid_uid = 1
mail_location = maildir:${this.path("box")}/%n
mail_uid = ${uid}
mail_gid = ${uid}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${this.path("users")}
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${this.path("oauth2.conf")}
}
userdb {
  driver = static
  args = uid=${uid} gid=${uid} home=${this.path("box")}/%n
}
namespace inbox {
  inbox = yes
  mailbox Done {
    auto = create
  }
  mailbox "Grüße & mehr 𝄞" {
    auto = create
  }
}
local ${OLD} {
  protocol imap {
    imap_capability = IMAP4rev1 LITERAL+
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${this.imap}
  }
  inet_listener imaps {
    port = ${this.imaps}
    ssl = yes
  }
}
service auth {
  unix_listener ${this.path("queue/private/auth")} {
    mode = 0666
  }
}
service stats {
  chroot =
}
`);
  }

  // ---- Postfix

  async makeQueue() {
    const owner = idOf("/etc/passwd", OWNER), group = idOf("/etc/group", GROUP);
    const folders = ["active", "bounce", "corrupt", "defer", "deferred",
      "flush", "hold", "incoming", "private", "saved", "trace"]
      .map((name) => [name, 0o700, 0])
      .concat([["public", 0o710, group], ["maildrop", 0o1730, group]]);
    await mkdir(this.path("queue/pid"), { recursive: true });
    for (const [name, mode, gid] of folders) {
      await mkdir(this.path("queue", name));
      await chmod(this.path("queue", name), mode);
      chownSync(this.path("queue", name), owner, gid);
    }
    for (const name of ["data", "log", "box"]) {
      await mkdir(this.path(name));
      chownSync(this.path(name), owner, owner);
    }
  }

  async writePostfix() {
    const uid = idOf("/etc/passwd", OWNER);
    const boxes = Object.keys(USERS)
      .map((user) => `${user}@${DOMAIN} ${user}/\n`).join("");
    await mkdir(this.path("postfix"));
    await writeFile(this.path("boxes"), boxes);
    // A table that is compiled, with the certificates in it.
    await writeFile(this.path("sni"), `localhost ${this.cert}.chain\n`);
    await writeFile(this.path("postfix/main.cf"), `
compatibility_level = 3.6
queue_directory = ${this.path("queue")}
data_directory = ${this.path("data")}
meta_directory = ${this.path("postfix")}
mail_owner = ${OWNER}
setgid_group = ${GROUP}
default_privs = ${NOBODY}
maillog_file = ${this.path("log/mail.log")}
maillog_file_prefixes = ${this.dir}
myhostname = mx.${DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
local_recipient_maps =
default_transport = error:nothing leaves this machine
message_size_limit = ${MAIL_MAX}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = ${DOMAIN}
virtual_mailbox_base = ${this.path("box")}
virtual_mailbox_maps = texthash:${this.path("boxes")}
virtual_minimum_uid = 1
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${uid}
smtpd_tls_chain_files = ${this.other}.chain
tls_server_sni_maps = hash:${this.path("sni")}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_auth_enable = yes
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
`);
    run("postmap", "-c", this.path("postfix"), "-F",
      `hash:${this.path("sni")}`);
    const unix = ["rewrite trivial-rewrite", "bounce bounce", "defer bounce",
      "trace bounce", "proxymap proxymap", "error error", "retry error",
      "virtual virtual", "scache scache"].map((line) => {
      const [name, program] = line.split(" ");
      return `${name} unix - ${program === "virtual" ? "n" : "-"} n - 0 ${
        program}\n`;
    }).join("");
    await writeFile(this.path("postfix/master.cf"), `
127.0.0.1:${this.submission} inet n - n - - smtpd
127.0.0.1:${this.smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:${this.bare} inet n - n - - smtpd
  -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
${unix}`);
  }

  // ---- both

  // What it becomes keeps its pid.
  spawn(...command) {
    const [program, ...words] = inside(...command);
    const child = spawn(program, words, {
      env: { PATH: process.env.PATH, MAIL_CONFIG: this.path("postfix") },
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.on("data", (text) => { this.said += text; });
    child.ended = new Promise((resolve) => child.on("close", resolve));
    this.processes.push(child);
  }

  async start() {
    await chmod(this.dir, 0o755);
    [this.submission, this.smtps, this.bare, this.imap, this.imaps] =
      await Promise.all(Array.from({ length: 5 }, freePort));
    this.cert = makeCertificate(this.dir, "localhost");
    this.other = makeCertificate(this.dir, "other.example");
    await this.makeQueue();
    await this.writeDovecot();
    await this.writePostfix();
    this.spawn("dovecot", "-F", "-c", this.path("dovecot.conf"));
    this.spawn("/usr/lib/postfix/sbin/master",
      "-c", this.path("postfix"), "-s");
    for (const port of [this.submission, this.smtps, this.bare, this.imap,
      this.imaps])
      await this.listening(port);
  }

  listening(port) {
    return until(`port ${port}`, () => new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("connect", () => { socket.destroy(); resolve(true); });
      socket.on("error", () => resolve(false));
    }));
  }

  // The mails of a user, as they came into the mailbox; any order.
  async mails(user) {
    const folder = this.path("box", user, "new");
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.map((name) =>
      readFile(join(folder, name), "latin1")));
  }

  async logs() {
    const files = [this.path("log/mail.log"), this.path("dovecot.log")];
    const logs = await Promise.all(files.map((file) =>
      readFile(file, "utf8").catch(() => "")));
    return [this.said, ...logs].join("\n");
  }

  async stop() {
    for (const child of this.processes) child.kill("SIGTERM");
    await Promise.all(this.processes.map((child) => child.ended));
    this.tokens?.closeAllConnections?.();
    this.tokens?.close();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 20,
      retryDelay: 50 });
  }
}

export async function startMailServers() {
  const dir = await mkdtemp(join(tmpdir(), "frontdesk-mail-"));
  const servers = new MailServers(dir);
  try {
    await servers.start();
  } catch (error) {
    const logs = await servers.logs();
    await servers.stop().catch(() => undefined);
    throw new Error(`${error.message}\n${logs}`, { cause: error });
  }
  return servers;
}
