// Who may include whom, and who may know what. The table "may include" in
// docs/ARCHITECTURE.md is the rule; this test reads it from there.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import {
  PRODUCT, ROOT, cFiles, exists, lineOf, literals, none, read, withoutText,
} from './tree.mjs';

// | `bus/` | what it is | `core` |
function mayInclude() {
  const rules = new Map();
  const row = /^\| `(\w+)\/` \|.*\| ([^|]*) \|$/gm;
  for (const [, folder, list] of read('docs/ARCHITECTURE.md').matchAll(row))
    rules.set(folder, [...list.matchAll(/`(\w+)`/g)].map((m) => m[1]));
  return rules;
}

function includes(path) {
  return [...read(path).matchAll(/^\s*#\s*include\s+["<]([^">]+)[">]/gm)]
    .map((m) => m[1]);
}

const isOurs = (header) => exists(header) || PRODUCT.includes(header.split('/')[0]);

test('every folder includes only what the table allows', () => {
  const rules = mayInclude();
  const wrong = [];
  for (const path of cFiles()) {
    const folder = path.split('/')[0];
    assert.ok(rules.has(folder), `${folder}/ has no row in the table`);
    for (const header of includes(path).filter(isOurs)) {
      const other = header.split('/')[0];
      if (other !== folder && !rules.get(folder).includes(other))
        wrong.push(`${path} includes ${header}`);
    }
  }
  none(wrong);
});

test('a project header is named by its path from the top', () => {
  const wrong = [];
  for (const path of cFiles([...PRODUCT, 'tests']))
    for (const [, header] of
      read(path).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm))
      if (!exists(header)) wrong.push(`${path} includes "${header}"`);
  none(wrong);
});

// What core/ must do without: whatever makes two runs differ.
const IMPURE_HEADERS =
  /^(sys\/(socket|stat|types|epoll|eventfd|random|mman|time|wait|un)|netinet\/.*|arpa\/.*|unistd|fcntl|dirent|poll|signal|curl\/.*|zmq|sqlite3|microhttpd|libpq-fe)\.h$/;
const IMPURE_CALLS = new RegExp(`(?<![\\w.>])(${[
  'socket|connect|accept4?|bind|listen|send|sendto|recv|recvfrom|poll|select',
  'f?open|openat|fdopen|freopen|close|read|write|pread|pwrite|unlink|rename',
  'stat|fstat|mkdir|fsync|fdatasync|mmap|getenv|setenv|system|popen|fork',
  'execv\\w*|execl\\w*|printf|puts|fprintf|vfprintf|fwrite|fread|perror',
  'time|clock|clock_gettime|gettimeofday|sleep|usleep|nanosleep|localtime\\w*',
  'rand|random|srand|srandom|rand_r|drand48|arc4random\\w*|getrandom',
  'randombytes\\w*|RAND_bytes',
].join('|')})\\s*\\(`, 'g');

test('core/ is pure: no socket, file, clock or random number', () => {
  const wrong = [];
  for (const path of cFiles(['core'])) {
    for (const header of includes(path))
      if (IMPURE_HEADERS.test(header)) wrong.push(`${path} includes ${header}`);
    const code = withoutText(read(path));
    for (const m of code.matchAll(IMPURE_CALLS))
      wrong.push(`${path}:${lineOf(code, m.index)} calls ${m[1]}`);
  }
  none(wrong);
});

const SQL = /\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+(TABLE|INDEX)|PRAGMA|BEGIN\s+IMMEDIATE)\b/;

test('only store/ speaks SQL', () => {
  const wrong = [];
  for (const path of cFiles().filter((p) => !p.startsWith('store/'))) {
    for (const header of includes(path))
      if (/^(sqlite3|libpq-fe)/.test(header))
        wrong.push(`${path} includes ${header}`);
    for (const { text, line } of literals(read(path)))
      if (SQL.test(text)) wrong.push(`${path}:${line} says ${text}`);
  }
  none(wrong);
});

// Words that are also a channel's name and mean something else there.
const OTHER_MEANINGS = {
  web: ['core/company_members.c'], // the document's part for websites
  email: [
    'core/conversation.c', // the holder that waits for support's mail
    'core/pack.c', // the customer's own address, a member
    'core/event_show.c', // the same
    'workers/turn_mail_about.c', // the same, of the pack
    'channels/web/frames.c', // the visitor's own address, a member
    'gateway/staff_login.c', // a seller's, a member
    'gateway/seller_frames.c', // a customer's, a member
    'gateway/seller_write.c', // the same
    'gateway/visitor_op.c', // the visitor's own
    'store/sqlite/write_act.c',
    'gateway/staff_agents.c',
    'cmd/agent_file.c',
    'channels/webhook/webhook_write.c', // the same
  ],
};

// The folders under channels/, and those whose folders are still to come.
function channelNames() {
  const folders = readdirSync(`${ROOT}channels`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return new Set([...folders, 'web', 'slack', 'whatsapp', 'email']);
}

test("a channel's name stands only in its folder and in the table", () => {
  const wrong = [];
  const names = channelNames();
  for (const path of cFiles().filter((p) => p !== 'channels/table.c'))
    for (const { text, line } of literals(read(path)))
      if (names.has(text) && !path.startsWith(`channels/${text}/`) &&
        !path.startsWith('sandbox/') && // the vendors' side
        !OTHER_MEANINGS[text]?.includes(path))
        wrong.push(`${path}:${line} says "${text}"`);
  none(wrong);
});

// They do not know how much room there is.
const BANNED =
  /(?<![\w.>])(strcpy|stpcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(/g;

test('no call that writes without a bound', () => {
  const wrong = [];
  for (const path of cFiles([...PRODUCT, 'tests'])) {
    const code = withoutText(read(path));
    for (const m of code.matchAll(BANNED))
      if (!new RegExp(`^${m[1]}\\(`, 'm').test(code)) // a static of its own
        wrong.push(`${path}:${lineOf(code, m.index)} calls ${m[1]}`);
  }
  none(wrong);
});
