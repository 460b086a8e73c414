/** A whole recipe, and steps, answers and the frozen part of three networks, on all threads that wasm takes here against one, by turns in one process. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { wasmThreads } from '../../../src/engine/device/wasm.ts';
import { sharedTask } from '../../../src/kernels/wasm/task.ts';
import type { RunResult } from '../../../src/protocol/events.ts';
import { threadsText } from '../../../src/protocol/device.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { Session } from '../../../src/engine/session.ts';
import { wasmInNode } from '../../train/backends.ts';
import type { Bench, Row } from '../bench.ts';
import { modelOf, NETWORKS, oursOf } from '../device/ours.ts';
import { duel, patienceOf, wallClock, type Run } from '../kernels/duel.ts';
import { epochSeconds, phaseSeconds, runRecipe } from '../runs/mien-run.ts';
import { paperRecipe } from '../runs/paper-recipe.ts';

const NETWORK = 'MobileNetV2 0.35 at 96, 720 pictures, 8 views';
const TURNS = 3;

/** Seconds of a run on some number of threads. */
interface Times {
  readonly whole: number;
  /** The shortest epoch that fine-tunes: all views are kept by then. */
  readonly step: number;
}

export const threads: Bench = {
  name: 'threads',
  help: 'a whole recipe, steps, answers and the frozen part on all threads of wasm against one, by turns (6 minutes)',
  async run({ quick, say }) {
    const starting = new Session(createPlatform(), wasmInNode());
    await starting.chooseDevice('wasm');
    const all = wasmThreads();
    const [many, one]: [Times[], Times[]] = [[], []];
    for (let turn = 0; turn < (quick ? 1 : TURNS); turn++) {
      many.push(await timesOn(all, quick));
      one.push(await timesOn(1, quick));
      say(
        `turn ${(turn + 1).toString()}: ${many.at(-1)?.whole.toFixed(1) ?? ''} s, ${one.at(-1)?.whole.toFixed(1) ?? ''} s`,
      );
    }
    const row = (what: string, of: keyof Times): Row => ({
      what: `${what} on ${threadsText(all)}: ${NETWORK}`,
      against: threadsText(1),
      unit: 's',
      mien: Math.min(...many.map((times) => times[of])),
      other: Math.min(...one.map((times) => times[of])),
    });
    return [
      { ...row('whole recipe', 'whole'), aimRatio: 1 / 1.9 },
      row('an epoch of fine-tuning, all kept,', 'step'),
      ...(await networkRows(all, quick)),
    ];
  },
};

/** A step on kept views, one answer, and the frozen part of a batch of each network that `device` measures. */
async function networkRows(all: number, quick: boolean): Promise<Row[]> {
  const session = new Session(createPlatform(), wasmInNode());
  await session.chooseDevice('wasm');
  const backend: unknown = tf.backend();
  const shared = sharedTask(backend as BackendWasm);
  const rows: Row[] = [];
  for (const network of NETWORKS.slice(0, quick ? 1 : undefined)) {
    const { model, backboneLayers } = modelOf(network);
    const ours = oursOf(model, backboneLayers, network);
    const on =
      (count: number, run: Run): Run =>
      () => {
        shared.threads = count;
        return run();
      };
    const batch = network.batch.toString();
    const works = [
      [`a step of ${batch}`, ours.step],
      ['one answer', ours.answer],
      [`the frozen part of ${batch}`, ours.filling],
    ] as const;
    const runs = works.flatMap(([, run]) => [on(all, run), on(1, run)]);
    const times = await duel(runs, patienceOf(quick), wallClock);
    ours.dispose();
    model.dispose();
    const name = `${network.backbone} at ${network.size.toString()} on ${threadsText(all)}`;
    for (const [index, [work]] of works.entries()) {
      const [mien, other] = [2 * index, 2 * index + 1].map((at) => (times[at] ?? NaN) * 1e3);
      rows.push({
        ...{ what: `${name}: ${work}`, against: threadsText(1), unit: 'ms' },
        ...{ mien: mien ?? NaN, other: other ?? NaN },
      });
    }
  }
  return rows;
}

/** A session of its own: nothing is kept from the run before. */
async function timesOn(count: number, quick: boolean): Promise<Times> {
  const session = new Session(createPlatform({ baseFolder: process.cwd() }), wasmInNode());
  await session.chooseDevice('wasm');
  const backend: unknown = tf.backend();
  sharedTask(backend as BackendWasm).threads = count;
  const epochs = quick ? 2 : 10;
  const result: RunResult = await runRecipe(
    session,
    paperRecipe({ views: 8, headEpochs: epochs, fineTuneEpochs: epochs, ...(quick && { pictures: 160 }) }),
  );
  await session.close();
  return { whole: phaseSeconds(result), step: Math.min(...epochSeconds(result, 1)) };
}
