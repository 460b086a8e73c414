/**
 * Writes `public/detector/blazeface-short.safetensors` from the `.tflite` of the npm package `@mediapipe/face_detection`,
 * which holds half precision: the bits stay as they are, only kernels are laid out as TensorFlow has them.
 *
 *   npx tsx tools/face-detector/convert.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FACE_BLOCKS } from '../../src/models/faces/network.ts';
import { readTflite, type ReadNetwork, type ReadOperator } from './read-tflite.ts';

const { resolve } = createRequire(import.meta.url);

/** The detector as MediaPipe ships it. */
export const TFLITE = join(
  dirname(resolve('@mediapipe/face_detection/package.json')),
  'face_detection_short_range.tflite',
);

interface Half {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bits of half precision. */
  readonly bits: Uint16Array;
}

/** The file that is shipped. @throws TypeError where the network is another */
export async function converted(): Promise<Uint8Array> {
  const network = readTflite(await readFile(TFLITE));
  checkBlocks(network);
  const names = ['stem', ...FACE_BLOCKS.map((_, at) => `block_${(at + 1).toString()}`)];
  const heads = ['fine_scores', 'coarse_scores', 'fine_boxes', 'coarse_boxes'];
  const weights = network.operators.filter(({ code }) => code === 'convolution' || code === 'depthwise');
  // After the first, each block has a depthwise convolution and a pointwise one; the heads follow.
  const depthwise = weights.filter(({ code }) => code === 'depthwise');
  const pointwise = weights.filter(({ code }) => code === 'convolution');
  const halves = [...names, ...heads].flatMap((name, at) => {
    const own = pointwise[at];
    const before = at > 0 ? depthwise[at - 1] : undefined;
    if (own === undefined) throw new TypeError(`a convolution for ${name} was expected`);
    return [
      ...(before === undefined
        ? []
        : [
            laidOut(halfOf(network, before, 1, `${name}/depthwise_kernel`), 'depthwise'),
            halfOf(network, before, 2, `${name}/depthwise_bias`),
          ]),
      laidOut(halfOf(network, own, 1, `${name}/kernel`), 'convolution'),
      halfOf(network, own, 2, `${name}/bias`),
    ];
  });
  return safetensorsOf(halves);
}

function checkBlocks({ operators, tensors }: ReadNetwork): void {
  const found = operators
    .filter(({ code }) => code === 'depthwise')
    .map(({ outputs, stride }) => [tensors[outputs[0] ?? -1]?.shape[3], stride]);
  const wanted = FACE_BLOCKS.map(([, stride], at) => [FACE_BLOCKS[at - 1]?.[0] ?? 24, stride]);
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new TypeError(
      `blocks of ${JSON.stringify(wanted)} were expected; they are ${JSON.stringify(found)}`,
    );
  }
}

/** What an input of an operator is made from: stored as halves, and turned to single precision by an operator before. */
function halfOf({ operators, tensors }: ReadNetwork, by: ReadOperator, input: number, name: string): Half {
  const made = operators.find(({ outputs }) => outputs[0] === by.inputs[input]);
  const stored = tensors[made?.inputs[0] ?? -1];
  if (made?.code !== 'dequantize' || !(stored?.values instanceof Uint16Array)) {
    throw new TypeError(`half precision was expected for ${name}`);
  }
  return { name, shape: stored.shape, bits: stored.values };
}

/** Kernels as TensorFlow has them: `[height, width, in, out]`, depthwise ones `[height, width, channels, 1]`. */
function laidOut({ name, shape, bits }: Half, kind: 'convolution' | 'depthwise'): Half {
  const [first = 0, height = 0, width = 0, last = 0] = shape;
  if (kind === 'depthwise') return { name, shape: [height, width, last, 1], bits };
  const turned = new Uint16Array(bits.length);
  const places = height * width * last;
  for (let out = 0; out < first; out++) {
    for (let place = 0; place < places; place++)
      turned[place * first + out] = bits[out * places + place] ?? 0;
  }
  return { name, shape: [height, width, last, first], bits: turned };
}

function safetensorsOf(halves: readonly Half[]): Uint8Array {
  let at = 0;
  const entries = halves.map(({ name, shape, bits }) => {
    const from = at;
    at += bits.byteLength;
    return [name, { dtype: 'F16', shape, data_offsets: [from, at] }];
  });
  const metadata = { licence: 'Apache-2.0', from: 'MediaPipe, face_detection_short_range.tflite' };
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = text.padEnd(Math.ceil(text.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), ...halves.map(({ bits }) => Buffer.from(bits.buffer))]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile('public/detector/blazeface-short.safetensors', await converted());
}
