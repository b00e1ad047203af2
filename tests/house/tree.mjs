// What the house tests share: the files of this project, and C source with
// its comments or strings taken out.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

const LEFT_OUT = new Set(['.git', 'build', 'data', 'node_modules']);

// Folders whose C is in the product.
export const PRODUCT =
  ['core', 'bus', 'net', 'store', 'channels', 'intake', 'gateway', 'workers',
    'sandbox', 'cmd'];

export const ROOT = new URL('../..', import.meta.url).pathname;

function* walk(folder) {
  for (const entry of readdirSync(ROOT + folder, { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name)) continue;
    const path = folder + entry.name;
    if (entry.isDirectory()) yield* walk(`${path}/`);
    else if (entry.isFile()) yield path;
  }
}

export const files = [...walk('')].sort();

// Of the product, or with `folders` of those.
export function cFiles(folders = PRODUCT) {
  return files.filter((path) =>
    /\.[ch]$/.test(path) && folders.includes(path.split('/')[0]));
}

export function read(path) {
  return readFileSync(ROOT + path, 'utf8');
}

export function exists(path) {
  return existsSync(ROOT + path);
}

const spaces = (text) => text.replace(/[^\n]/g, ' ');

const LEXEME = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

// The same number of lines and columns, without comments.
export function withoutComments(source) {
  return source.replace(LEXEME, (m) => (m[0] === '/' ? spaces(m) : m));
}

// ... and without what stands in quotes.
export function withoutText(source) {
  return source.replace(LEXEME, spaces);
}

// [{text, line}] of all "..." but those of #include.
export function literals(source) {
  const found = [];
  const code = withoutComments(source).replace(/^\s*#\s*include.*$/gm, '');
  for (const m of code.matchAll(LEXEME))
    if (m[0][0] === '"')
      found.push({ text: m[0].slice(1, -1), line: lineOf(code, m.index) });
  return found;
}

export function lineOf(source, index) {
  return source.slice(0, index).split('\n').length;
}

// Fails with the whole list unless it is empty.
export function none(list) {
  assert.ok(list.length === 0, `${list.length} found:\n${list.join('\n')}`);
}
