// How `./dev test` shows what node's test runner finds: a line for each test,
// all there is to know about each failure, and the counts in COUNT_FILE as
// "passed failed skipped". What a test file prints is shown only when
// something in it fails.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const PRINTED_MAX = 20_000;

const counts = { passed: 0, failed: 0, skipped: 0 };
const printed = new Map();

// Node 18 gives a URL where Node 20 gives a path.
function short(file) {
  return relative('', file.startsWith('file:') ? fileURLToPath(file) : file);
}

function place({ file, name }) {
  if (!file || name === file) return short(name);
  return `${short(file)}: ${name}`;
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '    ');
}

// The message, and where it happened in code that is ours.
function words(error) {
  const why = error?.cause ?? error;
  const text = why instanceof Error || why?.stack ? why.stack : inspect(why);
  return text.replace(/^ +at .*node:.*\n?/gm, '').trimEnd();
}

function keep({ file, message }) {
  const text = (printed.get(file) ?? '') + message;
  printed.set(file, text.slice(-PRINTED_MAX));
}

function passed(test) {
  if (test.skip !== undefined && test.skip !== false) {
    counts.skipped++;
    const why = test.skip === true ? '' : ` (${test.skip})`;
    return `skip   ${place(test)}${why}\n`;
  }
  counts.passed++;
  return `ok     ${place(test)} ${Math.round(test.details.duration_ms)} ms\n`;
}

function failed(test) {
  const { error } = test.details;
  const before = printed.get(test.file) ?? '';
  counts.failed++;
  printed.delete(test.file);
  if (error?.failureType === 'subtestsFailed')
    return `FAILED ${place(test)}\n`;
  return `FAILED ${place(test)}\n${indent(words(error))}\n${indent(before)}`;
}

// A suite is not a test of its own, unless its hooks fail or all of it is
// skipped.
function groups({ details, skip }) {
  const why = details.error?.failureType;
  return details.type === 'suite' && skip === undefined &&
    (why === undefined || why === 'subtestsFailed');
}

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:pass' && !groups(data)) yield passed(data);
    else if (type === 'test:fail' && !groups(data)) yield failed(data);
    else if (type === 'test:diagnostic' && data.file)
      yield `       ${data.message}\n`;
    else if (type === 'test:stdout' || type === 'test:stderr') keep(data);
  }
  if (process.env.COUNT_FILE)
    writeFileSync(process.env.COUNT_FILE,
      `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
}
