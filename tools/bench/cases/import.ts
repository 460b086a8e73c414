/** Opening a set as large as the paper's, in Chromium and in Node: pictures a second, memory, and what is decoded again. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../serve/build.ts';
import { kerasPython } from '../../setup/keras.ts';
import { thisSystem } from '../../setup/system.ts';
import type { Bench, Row, Settings } from '../bench.ts';
import { runScript } from '../keras/keras-script.ts';
import { makeLargeSet } from '../opening/large-set.ts';
import type { Openings } from '../opening/opening.ts';
import { openInPage } from '../opening/opening-page.ts';

const MEGABYTE = 1e6;
/** As the paper's: 320 MB. */
const PICTURES = 9400;
const QUICK_PICTURES = 600;
/** Of a picture's side, in pixels. */
const SIZE = 224;

export const importing: Bench = {
  name: 'import',
  help: 'opening a Parquet file of 9,400 JPEGs, 320 MB: pictures a second and memory (8 minutes; Linux)',
  async run(settings) {
    const folder = await mkdtemp(join(os.tmpdir(), 'mien-import-'));
    try {
      return await measure(settings, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure({ quick, say }: Settings, folder: string): Promise<readonly Row[]> {
  const path = join(folder, 'large.parquet');
  await makeLargeSet(path, quick ? QUICK_PICTURES : PICTURES);
  const fileBytes = (await stat(path)).size;
  say(`made: ${Math.round(fileBytes / MEGABYTE)} MB`);
  await mkdir(join(folder, 'node'));
  const inNode = await openInNode(path, join(folder, 'node'));
  say(`Node: ${inNode.first.seconds.toFixed(1)} s`);
  // What Node kept takes more than a gigabyte.
  await rm(join(folder, 'node'), { recursive: true });
  const inPage = await openInPage(path, folder);
  say(`Chromium: ${inPage.first.seconds.toFixed(1)} s`);
  const byPillow = await perSecondByPillow(path);
  return [
    ...(byPillow === null ? [] : [againstPillow(inPage, byPillow)]),
    ...rowsOf('Chromium', inPage, fileBytes),
    ...rowsOf('Node', inNode, fileBytes),
  ];
}

/** Pictures a second that Pillow decodes and resizes, in a process for each core; null where there is no Python for it. */
async function perSecondByPillow(path: string): Promise<number | null> {
  const python = kerasPython(thisSystem);
  if (python === null) return null;
  const args = [path, SIZE.toString(), os.availableParallelism().toString()];
  const lines = await runScript({ python, script: 'pillow_import.py', args });
  const { pictures, seconds } = JSON.parse(lines.at(-1) ?? '') as { pictures: number; seconds: number };
  return pictures / seconds;
}

const againstPillow = ({ first }: Openings, byPillow: number): Row => ({
  what: `Chromium: ${first.pictures.toLocaleString('en')} JPEGs of 640x640 to ${SIZE.toString()}, opened and kept`,
  against: 'Pillow, decoded alone, a process for each core',
  unit: '/s',
  mien: first.pictures / first.seconds,
  other: byPillow,
});

async function openInNode(path: string, folder: string): Promise<Openings> {
  const child = fork(join(ROOT, 'tools/setup/run.mjs'), [
    'tools/bench/opening/opening-node.ts',
    path,
    folder,
  ]);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`Opening the set in Node was to send figures; it ended with ${String(code)}.`);
  });
  const [openings] = (await Promise.race([once(child, 'message'), failed])) as [Openings];
  return openings;
}

function rowsOf(
  where: string,
  { first, second, heapBytes, batchMs, otherSize }: Openings,
  fileBytes: number,
): Row[] {
  const cores = os.availableParallelism();
  const file = { against: 'the file', unit: 'MB', other: fileBytes / MEGABYTE };
  const count = first.pictures.toLocaleString('en');
  return [
    {
      what: `${where}: ${count} JPEGs of 640x640 to 224, first opening`,
      against: 'its processor time, on all cores',
      unit: '/s',
      mien: first.pictures / first.seconds,
      other: (first.pictures / first.cpuSeconds) * cores,
      aimLeast: 400,
      note: `Pictures a second on ${cores} cores, as the clock saw it; beside it what the processor time would give if nothing else ran and no core ever waited.`,
    },
    {
      what: `${where}: second opening`,
      against: 'first',
      unit: 's',
      mien: second.seconds,
      other: first.seconds,
    },
    {
      what: `${where}: most memory of an opening`,
      ...file,
      mien: heapBytes / MEGABYTE,
      aimFigure: 300,
      note:
        where === 'Node'
          ? 'Heap and buffers of the main thread, garbage included.'
          : 'By which the page’s process grows while it opens the set: workers, buffers and wasm included, garbage too.',
    },
    { what: `${where}: most private memory of a process`, ...file, mien: first.processBytes / MEGABYTE },
    ...decodingRows(where, first.decoded, second.decoded),
    ...(batchMs === null ? [] : [batchRow(where, batchMs)]),
    ...(otherSize === null ? [] : [otherSizeRow(where, otherSize)]),
  ];
}

function decodingRows(where: string, first: number | null, second: number | null): Row[] {
  if (first === null || second === null) return [];
  const what = `${where}: pictures decoded by the second opening`;
  return [{ what, against: 'first', unit: '', mien: second, other: first, aimFigure: 0 }];
}

const batchRow = (where: string, { firstEpoch, secondEpoch }: NonNullable<Openings['batchMs']>): Row => ({
  what: `${where}: 32 pictures at random, second epoch after it`,
  against: 'first epoch after it',
  unit: 'ms',
  mien: secondEpoch,
  other: firstEpoch,
});

const otherSizeRow = (
  where: string,
  { knownSeconds, anewSeconds }: NonNullable<Openings['otherSize']>,
): Row => ({
  what: `${where}: opening it at 96 pixels and one epoch of a head`,
  against: 'where the set was never opened',
  unit: 's',
  mien: knownSeconds,
  other: anewSeconds,
  note: 'Where the set’s rows are known, training begins while its pictures are decoded; where not, when all are.',
});
