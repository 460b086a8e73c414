/**
 * `npm run bench`: Mien against what else there is, side by side on this machine, as ratios. Prints a table and
 * writes it as JSON. Timings depend on the machine and on what else runs there; ratios much less.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import os from 'node:os';
import { VERSION } from '../../src/lib/version.ts';
import { isReached, table, type Bench, type Row } from './bench.ts';
import { BENCHES } from './registry.ts';

const USAGE = `Measures Mien against stock tfjs, Keras and jax-js, and prints a table of ratios.

  npm run bench -- [options]

  --only NAME     run this benchmark alone; may be repeated
  --part NAME     measure this part of it alone (a format of export-memory); may be repeated
  --json FILE     where to write the figures (default .cache/bench.json)
  --quick         few repetitions, small sizes: to try the benchmarks, not to quote
  --help          this text

Benchmarks:
`;

interface Command {
  readonly chosen: readonly Bench[];
  readonly json: string;
  readonly quick: boolean;
  readonly parts: readonly string[];
}

/** Null asks for help. @throws TypeError for a wrong option, RangeError for an unknown name */
function parseCommand(args: readonly string[]): Command | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      part: { type: 'string', multiple: true },
      json: { type: 'string' },
      quick: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return null;
  const chosen = values.only?.map(findBench) ?? BENCHES;
  const { json = '.cache/bench.json', quick = false, part: parts = [] } = values;
  return { chosen, json, quick, parts };
}

function findBench(name: string): Bench {
  const found = BENCHES.find((bench) => bench.name === name);
  if (found !== undefined) return found;
  const known = BENCHES.map((bench) => bench.name).join(', ');
  throw new RangeError(`--only takes one of: ${known}. Came: ${name}.`);
}

async function runAll({ chosen, json, quick, parts }: Command): Promise<void> {
  const started = new Date().toISOString();
  const results: { bench: string; rows: readonly Row[] }[] = [];
  for (const bench of chosen) {
    process.stderr.write(`— ${bench.name}: ${bench.help}\n`);
    const rows = await bench.run({
      quick,
      parts,
      say: (text) => process.stderr.write(`  ${text}\n`),
      print: (markdown) => process.stdout.write(`\n${markdown}\n`),
    });
    results.push({ bench: bench.name, rows });
    if (chosen.length > 1) process.stdout.write(`\n${table(rows)}\n\n`);
    // Written after each: a long run that is broken off leaves what it has measured.
    await mkdir(dirname(json), { recursive: true });
    const machine = { processors: os.cpus().length, model: os.cpus()[0]?.model, node: process.version };
    const measured = results.map(({ bench: name, rows: of }) => ({
      name,
      rows: of.map((row) => ({ ...row, ratio: row.mien / row.other, reached: isReached(row) })),
    }));
    const report = { mien: VERSION, started, quick, machine, benches: measured };
    await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  }
  const rows = results.flatMap((result) => result.rows);
  process.stdout.write(`\n${machineText(started)}\n\n${table(rows)}\n\nWritten to ${json}\n`);
}

/** What a reader of the table must know of where it was measured. */
function machineText(started: string): string {
  const cores = `${os.cpus().length.toString()} logical cores of ${os.cpus()[0]?.model.trim() ?? 'a processor'}`;
  const system = `${os.type()} ${os.release()} on ${os.arch()}, Node ${process.version}`;
  return `Mien ${VERSION}, ${started.slice(0, 10)}: ${cores}; ${system}.`;
}

const command = parseCommand(process.argv.slice(2));
if (command === null) {
  process.stdout.write(USAGE + BENCHES.map(({ name, help }) => `  ${name.padEnd(14)}${help}\n`).join(''));
} else {
  await runAll(command);
}
// Dawn keeps its device's threads alive.
process.exit();
