/**
 * `npm run predict -- MODEL PICTURES…`: asks a trained network about pictures, by the very path of the
 * page. Exit codes: 0 done, 2 bad input, 1 anything else.
 */
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Classifier } from '../../src/engine/predict/classifier.ts';
import { pictureOfFile } from '../../src/engine/predict/new-pictures.ts';
import type { Asked } from '../../src/engine/predict/together.ts';
import { csvLine } from '../../src/lib/csv.ts';
import { countOf } from '../../src/lib/format.ts';
import { mapInOrder } from '../../src/lib/in-order.ts';
import { likeliestOf } from '../../src/lib/figures/sureness.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { headlessSession } from '../train/backends.ts';
import { carryOut } from '../train/carry-out.ts';
import { parseCommand, USAGE, type Command } from './command.ts';
import { evaluateSet } from './evaluate-set.ts';
import { writeHeatMap } from './heat-map.ts';
import { badCommand } from '../train/command-line.ts';
import { openAsked } from './asked.ts';
import { findAsked, type NamedPicture } from './pictures.ts';

/** A picture ready for the network, or why there is none. */
interface Ready {
  readonly name: string;
  readonly picture: Uint8Array<ArrayBuffer> | null;
  readonly problem: string;
}

/** What the network says of it. */
interface Said {
  readonly name: string;
  readonly problem: string;
  /** Empty where there is a problem. */
  readonly probabilities: readonly number[];
  readonly predicted: string;
  readonly confidence: number | null;
}

const { signal } = new AbortController();

async function predict(command: Command): Promise<void> {
  const platform = createPlatform(command.set === null ? {} : { baseFolder: dirname(resolve(command.set)) });
  const session = await headlessSession(platform, command);
  const device = await session.chooseDevice(command.backend);
  if (command.set !== null) return evaluateSet(command, command.set, session);
  const asking = await openAsked(command.model, session);
  if (command.heatMaps !== null && !(asking instanceof Classifier))
    throw badCommand('--heat-maps is of one network; an ensemble has several, which look at other places.');
  const { by, others, pictures } = await findAsked(command.pictures, platform);
  const { labels, recipe } = asking.answering;
  const ready = mapInOrder(pictures, platform.cores + 1, (one) =>
    readyOf(one, { platform, image: recipe.image, faces: session.faces, face: null }),
  );
  const table = await openTable(command);
  await table.write(csvLine([by, ...labels, 'predicted', 'confidence', 'problem']));
  let [asked, unread, whole] = [0, 0, 0];
  for await (const one of ready) {
    const said = await ask(asking, one, command.heatMaps);
    asked += 1;
    if (said.predicted === '') unread += 1;
    else if (said.problem !== '') whole += 1;
    await table.write(lineOf(said, labels.length));
    const { name, ...rest } = said;
    if (command.json) process.stdout.write(`${JSON.stringify({ kind: 'picture', [by]: name, ...rest })}\n`);
  }
  await table.close();
  const leftOut = others === 0 ? '' : ` ${countOf(others, 'other file')} in the folders left out.`;
  const faceless = whole === 0 ? '' : ` In ${countOf(whole, 'picture')} no face was found: taken whole.`;
  const problems = unread === 0 ? '' : ` ${countOf(unread, 'picture')} could not be read.`;
  process.stderr.write(
    `${device.label}: ${countOf(asked, 'picture')} asked about.${faceless}${problems}${leftOut}\n`,
  );
}

async function readyOf(
  { name, encoded, inPlace }: NamedPicture,
  where: Parameters<typeof pictureOfFile>[1],
): Promise<Ready> {
  if (encoded === null)
    return {
      name,
      picture: null,
      problem: `the row has ${inPlace === undefined ? 'no picture' : `no picture but a ${inPlace.noun}: ${inPlace.example}`}`,
    };
  try {
    const { picture, faces } = await pictureOfFile(encoded, where);
    // It is asked about all the same.
    const isWhole = faces?.shown === null;
    return { name, picture, problem: isWhole ? 'no face was found: the whole picture was taken' : '' };
  } catch (error) {
    if (!(error instanceof StudioError) || !error.code.startsWith('data/')) throw error;
    return { name, picture: null, problem: error.message };
  }
}

async function ask(asking: Asked, { name, picture, problem }: Ready, heatMaps: string | null): Promise<Said> {
  if (picture === null) return { name, problem, probabilities: [], predicted: '', confidence: null };
  const { size } = asking;
  const { labels } = asking.answering;
  const explained =
    heatMaps !== null && asking instanceof Classifier ? await asking.explained(picture, signal) : null;
  const probabilities = explained?.probabilities ?? (await asking.probabilities(picture, signal));
  const index = likeliestOf(probabilities, 0, probabilities.length);
  if (heatMaps !== null && explained !== null) {
    await writeHeatMap(heatMaps, name, { picture, size, maps: explained.maps, index });
  }
  const predicted = labels[index] ?? '';
  return {
    name,
    problem,
    probabilities: [...probabilities],
    predicted,
    confidence: probabilities[index] ?? null,
  };
}

function lineOf({ name, probabilities, predicted, confidence, problem }: Said, classes: number): string {
  const cells = probabilities.length === 0 ? Array.from({ length: classes }, () => '') : probabilities;
  return csvLine([name, ...cells, predicted, confidence ?? '', problem]);
}

/** The table's file; or the terminal, where JSON lines are not wanted there. */
async function openTable({ out, json }: Command): Promise<{
  write: (line: string) => Promise<void>;
  close: () => Promise<void>;
}> {
  if (out === null) {
    return {
      write: async (line) => {
        if (!json) process.stdout.write(line);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }
  const file = await open(out, 'w');
  return { write: (line) => file.appendFile(line), close: () => file.close() };
}

await carryOut({ usage: USAGE, parse: parseCommand, work: predict });
