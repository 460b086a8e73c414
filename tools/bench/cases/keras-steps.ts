/** A step on kept views and one answer of three networks on all threads of wasm, against Keras on all cores. */
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { kerasPython } from '../../setup/keras.ts';
import { thisSystem } from '../../setup/system.ts';
import { headlessSession } from '../../train/backends.ts';
import type { Bench, Row } from '../bench.ts';
import { modelOf, NETWORKS, oursOf, type MeasuredNetwork } from '../device/ours.ts';
import { runScript } from '../keras/keras-script.ts';
import { duel, patienceOf, wallClock } from '../kernels/duel.ts';

/** Largest ratios, by network. */
const AIMS: Readonly<Record<string, { readonly step?: number; readonly answer?: number }>> = {
  mobilenetv2: { answer: 1.05 },
  efficientnetb2: { step: 0.4 },
  vgg16: { step: 0.65 },
};

const BATCH = 8;

/** In milliseconds. */
interface Times {
  readonly stepMs: number;
  readonly answerMs: number;
}

export const kerasSteps: Bench = {
  name: 'keras-steps',
  help: 'a step on kept views and an answer of three networks against Keras (2 minutes)',
  async run({ quick, say }) {
    const python = kerasPython(thisSystem);
    if (python === null) return [];
    const networks = (quick ? NETWORKS.slice(0, 1) : NETWORKS).map((network) => ({
      ...network,
      size: quick ? 32 : network.size,
      batch: BATCH,
    }));
    const session = await headlessSession(createPlatform(), { backend: 'wasm' });
    const { label } = await session.chooseDevice('wasm');
    const mien: Times[] = [];
    for (const network of networks) {
      mien.push(await timesOf(network, quick));
      say(`${network.backbone}: ${inWords(mien.at(-1))}`);
    }
    const asked = networks.map(({ options, ...network }) => ({ ...network, ...options }));
    const args = [JSON.stringify(asked)];
    const lines = await runScript({ python, script: 'keras_steps.py', args, onLine: say });
    return networks.flatMap((network, at) =>
      rowsOf(network, label, { mien: mien[at]!, keras: JSON.parse(lines[at] ?? '') as Times }),
    );
  },
};

const inWords = (times: Times | undefined): string =>
  times === undefined
    ? ''
    : `${times.stepMs.toFixed(0)} ms a step, ${times.answerMs.toFixed(1)} ms an answer`;

async function timesOf(network: MeasuredNetwork, quick: boolean): Promise<Times> {
  const { model, backboneLayers } = modelOf(network);
  const ours = oursOf(model, backboneLayers, network);
  const [step = NaN, answer = NaN] = await duel([ours.step, ours.answer], patienceOf(quick), wallClock);
  ours.dispose();
  model.dispose();
  return { stepMs: step * 1e3, answerMs: answer * 1e3 };
}

function rowsOf(
  { backbone, size, batch, unfreeze }: MeasuredNetwork,
  label: string,
  { mien, keras }: { readonly mien: Times; readonly keras: Times },
): Row[] {
  const name = `${backbone} at ${size.toString()} px on ${label}`;
  const { step, answer } = AIMS[backbone] ?? {};
  return [
    {
      what: `${name}: a step of ${batch.toString()} kept views, last ${unfreeze.toString()} layers`,
      against: 'Keras train_on_batch',
      unit: 'ms',
      mien: mien.stepMs,
      other: keras.stepMs,
      ...(step !== undefined && { aimRatio: step }),
    },
    {
      what: `${name}: one answer`,
      against: 'Keras predict_on_batch',
      unit: 'ms',
      mien: mien.answerMs,
      other: keras.answerMs,
      ...(answer !== undefined && { aimRatio: answer }),
    },
  ];
}
