// How long functions and files are, how deep they nest, how much they take.
// What is above a ceiling today stands in sizes_allow.json with its figure;
// that list may only shrink: a figure must be exact, and goes when it is no
// longer needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRODUCT, cFiles, lineOf, none, read, withoutText } from './tree.mjs';

const CEILING = { lines: 80, nesting: 3, parameters: 5, file: 700 };
const AIM = { median: 12, p90: 40 };

// Without the lines of the preprocessor, whose braces need not match.
function plain(source) {
  return withoutText(source).replace(/^[ \t]*#(?:\\\n|[^\n])*/gm,
    (text) => text.replace(/[^\n]/g, ' '));
}

const HEAD = /([A-Za-z_]\w*)\s*(\([^;{}]*\))\s*(?:__\w+\S*\s*)*$/;

function parameters(list) {
  const flat = list.slice(1, -1).replace(/\([^()]*\)/g, '');
  return /^\s*(void)?\s*$/.test(flat) ? 0 : flat.split(',').length;
}

// {name, lines, nesting, parameters} of each function. From the line of its
// name to its closing brace.
function functions(path) {
  const code = plain(read(path));
  const found = [];
  let depth = 0;
  let begin = 0; // where what may be a function's head begins
  let open = null;
  for (let i = 0; i < code.length; i++) {
    if (code[i] === '{') {
      if (depth++ === 0) open = head(code.slice(begin, i), begin, code);
      else if (open) open.nesting = Math.max(open.nesting, depth - 1);
    } else if (code[i] === '}') {
      if (--depth === 0) {
        if (open) found.push(finish(open, path, lineOf(code, i)));
        begin = i + 1;
      }
    } else if (code[i] === ';' && depth === 0) begin = i + 1;
  }
  return found;
}

function head(text, at, code) {
  const m = HEAD.exec(text);
  if (m === null || text.includes('=')) return null;
  return {
    name: m[1], first: lineOf(code, at + m.index), nesting: 0,
    parameters: parameters(m[2]),
  };
}

function finish({ name, first, nesting, parameters: count }, path, last) {
  return {
    what: `${path}:${name}`, lines: last - first + 1, nesting,
    parameters: count,
  };
}

function measures(folders) {
  const result = [];
  for (const path of cFiles(folders)) {
    result.push({ what: path, file: read(path).split('\n').length - 1 });
    if (path.endsWith('.c')) result.push(...functions(path));
  }
  return result;
}

const allowed = JSON.parse(read('tests/house/sizes_allow.json'));

// What is above its ceiling or above what is allowed, and what is allowed
// but no longer needed.
function faults(list) {
  const found = [];
  const left = structuredClone(allowed);
  for (const { what, ...figures } of list)
    for (const [figure, value] of Object.entries(figures)) {
      const limit = allowed[what]?.[figure] ?? CEILING[figure];
      if (value > limit) found.push(`${what}: ${figure} ${value} > ${limit}`);
      if (value === allowed[what]?.[figure]) delete left[what][figure];
    }
  for (const [what, figures] of Object.entries(left))
    for (const [figure, value] of Object.entries(figures))
      found.push(`${what}: ${figure} is less than ${value}; lower it in ` +
        'sizes_allow.json, or take it out');
  return found;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const product = measures(PRODUCT);
// Tests may nest a loop more; they must not be long either.
const tests = measures(['tests']).map(({ what, lines, file }) =>
  ({ what, ...(lines && { lines }), ...(file && { file }) }));

function sorted(figure) {
  return product.map((entry) => entry[figure]).filter((n) => n !== undefined)
    .sort((a, b) => a - b);
}

test('nothing is above a ceiling but what is listed', () =>
  none(faults([...product, ...tests])));

test('most functions are short', (t) => {
  for (const figure of ['lines', 'nesting', 'parameters', 'file']) {
    const list = sorted(figure);
    t.diagnostic(`${figure}: ${list.length} measured, ` +
      `median ${quantile(list, 0.5)}, p90 ${quantile(list, 0.9)}, ` +
      `longest ${list.at(-1)}`);
  }
  const lines = sorted('lines');
  assert.ok(quantile(lines, 0.5) <= AIM.median, 'the median is too long');
  assert.ok(quantile(lines, 0.9) <= AIM.p90, 'p90 is too long');
});
