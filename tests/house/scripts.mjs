// Runs test files, two at a time: scripts.mjs <file...>. reporter.mjs says
// what came of them. A file that does not come to its end is ended, and counts
// as a failure: one that hangs must not hide what all others have to say.
import { run } from 'node:test';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import report from './reporter.mjs';

const FILE_MS = 10 * 60 * 1000;

const files = process.argv.slice(2).map((file) => resolve(file));

Readable.from(report(run({ files, concurrency: 2, timeout: FILE_MS })))
  .pipe(process.stdout);
