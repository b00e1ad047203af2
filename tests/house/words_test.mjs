// What must stand nowhere in the files: paths and hosts of somebody's machine,
// secrets, notes to oneself.
import { test } from 'node:test';
import { files, lineOf, none, read } from './tree.mjs';

const TEXT = /\.(c|h|md|json|ts|tsx|mjs|js|css|html|yml|yaml|sql|txt|cmake|supp|sh)$|^dev$|\/run$|^\.|^CMakeLists\.txt$/;
const SELF = 'tests/house/words_test.mjs';

function find(pattern, accept = () => true) {
  const found = [];
  for (const path of files) {
    if (!TEXT.test(path) || path === SELF) continue;
    const text = read(path);
    for (const m of text.matchAll(pattern))
      if (accept(m, path))
        found.push(`${path}:${lineOf(text, m.index)} ${m[0]}`);
  }
  return found;
}

test('no path of one machine', () => {
  none(find(/(?<![\w./*}$])\/(work|root|home\/\w+|Users\/\w+)\//g));
});

test('npm packages come from the public registry', () => {
  const isPublic = (host) => host === 'registry.npmjs.org';
  const wrong = find(/"resolved":\s*"\w+:\/\/([^/"]+)/g,
    ([, host]) => !isPublic(host));
  none(wrong);
  const named = find(/^.*(registry|_auth)\w*\s*=.*$/gm, (m, path) =>
    path.endsWith('.npmrc') && !m[0].startsWith('omit-'));
  none(named);
});

const SECRETS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bxox[abeprs]-\d{6,}-[\w-]{10,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/g,
  /\bsk-(proj-|ant-)?[A-Za-z0-9]{32,}\b/g,
  /\bsk_live_[A-Za-z0-9]{16,}\b/g,
  /\bSG\.[\w-]{20,}\.[\w-]{20,}\b/g,
  /_authToken\s*=/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
];

test('no secret', () => {
  none(SECRETS.flatMap((pattern) => find(pattern)));
});

test('no note to oneself', () => {
  const note = /\b(TODO|FIXME|XXX|HACK)\b/g;
  none(find(note, (m, path) => !/\.(json|md)$/.test(path)));
});
