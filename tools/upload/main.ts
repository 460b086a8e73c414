/**
 * `npm run upload -- RUN_DIR OWNER/NAME`: publishes a trained network on a Hub, once its files and its card have been seen.
 * Exit codes: 0 done, 2 bad input, 1 anything else.
 */
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import type { RunToWrite } from '../../src/engine/kept/run-file/write.ts';
import { rebuildNetwork } from '../../src/engine/network/rebuild.ts';
import { exportable } from '../../src/engine/network/trained.ts';
import { Packing } from '../../src/exporters/package/package.ts';
import { countOf, formatBytes } from '../../src/lib/format.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import type { PreparedUpload } from '../../src/protocol/upload.ts';
import { headlessSession } from '../train/backends.ts';
import { carryOut } from '../train/carry-out.ts';
import { JsonReporter, TerminalReporter } from '../train/report.ts';
import { parseCommand, USAGE, type Command } from './command.ts';

async function upload(command: Command): Promise<void> {
  const platform = createPlatform();
  const run = await runAt(command.run, platform);
  const session = await headlessSession(platform, command);
  await session.chooseDevice(command.backend);
  const model = await rebuildNetwork(run.network, platform);
  const packing = new Packing(exportable({ ...run.network, model }, null), platform);
  const prepared = await session.uploads.prepare(packing, command.formats);
  model.dispose();
  show(prepared, command);
  if (!command.yes && !(await isWanted(command))) {
    process.stderr.write('Nothing was sent.\n');
    return;
  }
  const reporter = command.json ? new JsonReporter() : new TerminalReporter();
  const control = new AbortController();
  process.once('SIGINT', () => control.abort());
  const { hub: server, repo, isPublic } = command;
  const token = process.env['HF_TOKEN'] ?? '';
  const emit = reporter.event.bind(reporter);
  const { page, wasThere } = await session.uploads.send(
    { server, repo, isPublic, token },
    { signal: control.signal, emit },
  );
  const there = wasThere ? ' It was there before: what it held is in its history.' : '';
  const end = { kind: 'uploaded', page, wasThere };
  process.stdout.write(
    command.json ? `${JSON.stringify(end)}\n` : `Published, ${seenBy(command)}: ${page}.${there}\n`,
  );
}

/** The one run of a folder or a file. @throws StudioError `model/several-runs`, `data/…` */
async function runAt(path: string, platform: Platform): Promise<RunToWrite> {
  const file = path.toLowerCase().endsWith('.mien.zip') ? path : join(path, 'run.mien.zip');
  const { runs } = await readRunFile(await platform.openPath(resolve(file)));
  const [run, ...others] = runs;
  if (run !== undefined && others.length === 0) return run;
  throw new StudioError({
    code: 'model/several-runs',
    message: `One run was expected in ${file}; there are ${countOf(others.length + Number(run !== undefined), 'run')}.`,
    hint: 'Save the one that is to be published in a file of its own.',
  });
}

const seenBy = ({ isPublic }: Command): string => (isPublic ? 'for everybody to see' : 'private');

/** All that would be sent. */
function show({ files, card, notes }: PreparedUpload, command: Command): void {
  if (command.json) {
    process.stdout.write(`${JSON.stringify({ kind: 'prepared', files, card, notes })}\n`);
    return;
  }
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = [
    card.trimEnd(),
    '',
    ...files.map(({ path, sizeBytes }) => `${formatBytes(sizeBytes).padStart(10)}  ${path}`),
    '',
    ...notes,
    `${countOf(files.length, 'file')}, ${formatBytes(bytes)}, to ${command.repo} on ${command.hub}, ${seenBy(command)}.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Asks; where nobody can be asked, nothing is sent. */
async function isWanted({ json }: Command): Promise<boolean> {
  if (json || !process.stdin.isTTY) {
    process.stderr.write('With --yes these are sent. ');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Send them? (y/N) ');
  lines.close();
  return /^y(es)?$/iu.test(answer.trim());
}

await carryOut({ usage: USAGE, parse: parseCommand, work: upload });
