// zones.mjs YEAR > core/zone_table.c: makes the table of time zones from the
// machine's time zone database (Debian: tzdata); then ./dev fmt. Each compiled
// zone ends with the POSIX rule that holds from its last change on; zones with
// the same rule share a row. Where the changes of the next years follow no such
// rule (the moon's months), those from YEAR on are listed for 15 years.
// tests/core/zone_test.c compares what came of it with the machine.
import { readFileSync, readdirSync } from 'node:fs';

const ROOT = '/usr/share/zoneinfo/';
const AHEAD_YEARS = 15;
const NOT_ZONES = new Set(['posix', 'right', 'localtime', 'posixrules', 'Factory']);
const year = Number(process.argv[2]);
if (!(year > 2000)) throw new Error('usage: zones.mjs YEAR');

function* walk(folder) {
  for (const entry of readdirSync(ROOT + folder, { withFileTypes: true })) {
    if (NOT_ZONES.has(entry.name)) continue;
    if (entry.isDirectory()) yield* walk(`${folder}${entry.name}/`);
    else yield folder + entry.name;
  }
}

// RFC 8536: a header, the block of 32 bit times, the same with 64 bit, a line.
function readZone(bytes) {
  const counts = (at) => [0, 1, 2, 3, 4, 5].map((i) => bytes.readUInt32BE(at + 20 + 4 * i));
  const size = ([utc, std, leaps, times, types, chars], wide) =>
    44 + times * (wide + 1) + types * 6 + chars + leaps * (wide + 4) + std + utc;
  const second = size(counts(0), 4);
  const [, , , times, types] = counts(second);
  const at = second + 44;
  const offset = (type) => bytes.readInt32BE(at + times * 9 + type * 6);
  const changes = [];
  let before = offset(0);
  for (let i = 0; i < times; i++) {
    const now = offset(bytes[at + times * 8 + i]);
    if (now !== before)
      changes.push({ time: Number(bytes.readBigInt64BE(at + i * 8)), offset: now });
    before = now;
  }
  const rule = bytes.toString('latin1', second + size(counts(second), 8)).trim();
  return { rule, changes, types };
}

const yearOf = (time) => new Date(time * 1000).getUTCFullYear();

// The changes from `year` on, if no rule gives them; else none.
function shifts({ rule, changes }) {
  const known = changes.filter(({ time }) => yearOf(time) >= year);
  const perYear = new Map();
  for (const { time } of known)
    perYear.set(yearOf(time), (perYear.get(yearOf(time)) ?? 0) + 1);
  // What a rule gives is listed for old readers too, but no further than 2037.
  const regular = rule.includes(',')
    ? [...perYear].every(([y, n]) => y <= 2037 && n === 2) : known.length === 0;
  if (regular) return [];
  const before = changes.filter(({ time }) => yearOf(time) < year).at(-1);
  return [before, ...known].filter(({ time }) => yearOf(time) < year + AHEAD_YEARS);
}

const rows = new Map();
for (const name of walk('')) {
  const bytes = readFileSync(ROOT + name);
  if (bytes.toString('latin1', 0, 4) !== 'TZif') continue;
  const zone = readZone(bytes);
  const list = shifts(zone).map(({ time, offset }) => `{${time / 60}, ${offset / 60}}`).join(', ');
  const key = `${zone.rule} ${list}`;
  if (!rows.has(key)) rows.set(key, { rule: zone.rule, list, names: [] });
  rows.get(key).names.push(name);
}

function lines(names) {
  const result = [''];
  for (const name of names.sort()) {
    if (result.at(-1).length + name.length > 66) result.push('');
    result[result.length - 1] += `${name} `;
  }
  return result.map((line) => `"${line}"`).join('\n');
}

const version = /version (\S+)/.exec(readFileSync(`${ROOT}tzdata.zi`, 'utf8'))[1];
const sorted = [...rows.values()].sort((a, b) => (a.names[0] < b.names[0] ? -1 : 1));
console.log(`/*
 * zone_table: the zones of the time zone database, by rule. Made by
 * cmake/zones.mjs ${year}; version ${version} of it, in the public domain.
 */
#include "core/zone_table.h"

const char zone_table_version[] = "${version}";
`);
let count = 0;
for (const row of sorted.filter(({ list }) => list)) {
  row.array = `shifts_${++count}`;
  console.log(`static const struct zone_shift ${row.array}[] = {${row.list}};\n`);
}
console.log('const struct zone_row zone_table[] = {');
for (const { rule, names, array } of sorted)
  console.log(`{"${rule}",\n${lines(names)},\n` +
    `${array ? `${array}, ARRAY_LEN(${array})` : 'NULL, 0'}},`);
console.log('{NULL, NULL, NULL, 0}};');
