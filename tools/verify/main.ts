/**
 * `npm run verify -- FILE.mien.zip`: asks the networks of a file of runs about their test pictures anew, and holds what
 * they say against what the file says. Exit codes: 0 all figures hold, 2 bad input or a figure that does not, 1 anything else.
 */
import { dirname, resolve } from 'node:path';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { countOf } from '../../src/lib/format.ts';
import { useToken } from '../train/access.ts';
import { headlessSession } from '../train/backends.ts';
import { carryOut } from '../train/carry-out.ts';
import { parseCommand, USAGE, type Command } from './command.ts';
import { verified, type Verified } from './verify.ts';

async function verify(command: Command): Promise<void> {
  const platform = createPlatform({ baseFolder: dirname(resolve(command.file)) });
  const file = await readRunFile(await platform.openPath(resolve(command.file)));
  const session = await headlessSession(platform, command);
  useToken(session, command.hub);
  await session.chooseDevice(command.backend);
  const results: Verified[] = [];
  for (const run of [...file.runs, ...file.ensembles]) {
    const result = await verified(run, file.runs, session, command);
    results.push(result);
    process.stdout.write(
      command.json ? `${JSON.stringify({ kind: 'verified', ...result })}\n` : lineOf(result),
    );
  }
  await session.close();
  const bad = results.filter(({ holds }) => !holds).length;
  if (bad > 0) throw doesNotHold(bad, results.length);
}

function lineOf({ name, said, found, holds, largest }: Verified): string {
  const figures = `says ${(said.accuracy * 100).toFixed(2)} % and loss ${said.loss.toFixed(4)}; found ${(found.accuracy * 100).toFixed(2)} % and ${found.loss.toFixed(4)}`;
  const how = `no answer is off by more than ${largest.toExponential(1)}`;
  return `${name}: ${figures}; ${how}. ${holds ? 'It holds.' : 'IT DOES NOT HOLD.'}\n`;
}

function doesNotHold(bad: number, all: number): StudioError {
  return new StudioError({
    code: 'data/figures-differ',
    message: `The test figures of ${countOf(all, 'run')} were expected to be those of their networks; of ${bad.toString()} they are not.`,
    hint: 'Ask whoever made the file how its figures came about.',
  });
}

await carryOut({ usage: USAGE, parse: parseCommand, work: verify });
