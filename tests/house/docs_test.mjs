// What the documents say of the repository must be so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { PRODUCT, ROOT, exists, files, none, read } from './tree.mjs';

const pages = files.filter((path) => path.endsWith('.md'));
const PLAN = 'docs/ARCHITECTURE.md';

const withoutCode = (text) => text.replace(/^```[^]*?^```/gm, '');

// As GitHub makes them.
function anchors(text) {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

test('every link between documents leads somewhere', () => {
  const dead = [];
  for (const page of pages)
    for (const [, link] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^\w+:/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const path = file ? normalize(join(dirname(page), file)) : page;
      if (!exists(path) ||
        (anchor && !anchors(read(path)).includes(anchor)))
        dead.push(`${page} -> ${link}`);
    }
  none(dead);
});

// `core/arena.{h,c}` is two files.
function expand(name) {
  const m = /^(.*)\{([^}]*)\}(.*)$/.exec(name);
  return m === null ? [name] : m[2].split(',').map((s) => m[1] + s + m[3]);
}

// What stands in backticks and looks like a path from the top.
function paths(page) {
  const found = withoutCode(read(page)).matchAll(/`(?!\.\/)([\w.-]+\/[\w.\/{},-]*)`/g);
  return [...found].flatMap((m) => expand(m[1]))
    .filter((path) => !/^(build|data|node_modules)\//.test(path));
}

// Each is named in the plan; of the tests only their folders are.
function mustBeMapped(path) {
  const [top] = path.split('/');
  if (PRODUCT.includes(top)) return path !== 'cmd/CMakeLists.txt';
  return ['schemas', 'deploy', 'agent-console'].includes(top);
}

test('the plan names every source file', () => {
  const named = paths(PLAN);
  const folders = new Set(named.filter((path) => path.endsWith('/')));
  const files_ = new Set(named);
  const missing = files.filter((path) =>
    mustBeMapped(path) && !files_.has(path));
  none(missing);
  const tests = new Set(files.filter((path) => /^tests\/.*\//.test(path))
    .map((path) => path.split('/').slice(0, 2).join('/') + '/'));
  none([...tests].filter((path) => !folders.has(path)));
});

test('no document names a file that is not there', () => {
  const wrong = [];
  for (const page of pages)
    for (const path of paths(page))
      if (!exists(path)) wrong.push(`${page} names ${path}`);
  none(wrong);
});

test('every ./dev command that a document names exists', () => {
  const known = new Set([...read('dev').matchAll(/^cmd_(\w+)\(\)/gm)]
    .map((m) => m[1]));
  const wrong = [];
  for (const page of pages)
    for (const [, name] of read(page).matchAll(/\.\/dev ([a-z]+)/g))
      if (!known.has(name)) wrong.push(`${page} says ./dev ${name}`);
  none(wrong);
});

test('what ./dev installs is what docs/DEPENDENCIES.md lists', () => {
  const lists = read('dev').matchAll(/^readonly \w+_PACKAGES=\(([^)]*)\)/gm);
  const installed = [...lists].flatMap((m) => m[1].trim().split(/\s+/));
  const listed = [...read('docs/DEPENDENCIES.md')
    .matchAll(/^\| `([@\w.+/-]+)` \|/gm)].map((m) => m[1]);
  const npm = files.filter((path) => /(^|\/)package\.json$/.test(path))
    .map((path) => JSON.parse(read(path)))
    .flatMap(({ dependencies, devDependencies }) =>
      Object.keys({ ...dependencies, ...devDependencies }));
  const once = (names) => [...new Set(names)].sort();
  assert.deepEqual(once(listed), once([...installed, ...npm]));
});

// The tables that pages are printed from.
const TABLES = ['cmd/', 'core/company', 'core/conf', 'core/role',
  'channels/'];

function freshBinary() {
  const binary = join(process.env.FD_BUILD ?? join(ROOT, 'build/release'),
    'frontdesk');
  if (!existsSync(binary)) return null;
  const built = statSync(binary).mtimeMs;
  const older = files.some((path) =>
    TABLES.some((prefix) => path.startsWith(prefix)) &&
    /\.[ch]$/.test(path) &&
    statSync(ROOT + path).mtimeMs > built);
  return older ? null : binary;
}

for (const page of ['settings', 'company', 'channels', 'roles'])
  test(`docs/${page}.md is as the program prints it`, (t) => {
    const binary = freshBinary();
    if (binary === null) return t.skip('there is no fresh binary');
    const now = execFileSync(binary, ['help', page, 'markdown'],
      { encoding: 'utf8' });
    assert.equal(read(`docs/${page}.md`), now, 'run ./dev docs');
  });
