/**
 * Owns how a file's own network was built where that is not told by its names: BatchNorm's epsilon and momentum, and
 * the zeros around pictures before a convolution of stride 2.
 */
import { StudioError } from '../../../protocol/errors.ts';
import type { Flavour } from '../../backbones/backbone.ts';
import type { TopologyLayer } from './topology.ts';

/** Keras' networks have 1e-3, PyTorch's 1e-5. */
const TORCH_EPSILON = 1e-4;

/**
 * What the backbone's layers say; undefined where nothing in them can differ.
 *
 * @param layers those of the backbone's own model
 * @throws StudioError `model/weights-layers` where its BatchNorms differ from each other
 */
export function flavourOf(layers: readonly TopologyLayer[]): Flavour | undefined {
  const norms = layers.filter(({ className }) => className.startsWith('BatchNormalization'));
  const epsilon = theOne(norms, 'epsilon');
  const momentum = theOne(norms, 'momentum');
  if (epsilon === null) return undefined;
  const pads = layers.filter(({ className, name }) => className === 'ZeroPadding2D' && name.endsWith('_pad'));
  // On odd sides Keras pads both sides alike too, and nothing but epsilon tells the two apart.
  const isSymmetric =
    pads.length > 0 && pads.every(isAlike) && (hasEvenInput(layers) || epsilon < TORCH_EPSILON);
  return {
    padding: isSymmetric ? 'symmetric' : 'keras',
    epsilon,
    ...(momentum === null ? {} : { momentum }),
  };
}

/** Whether a side of the pictures is even, so that Keras' own first padding would not be alike on both sides. */
function hasEvenInput(layers: readonly TopologyLayer[]): boolean {
  const shapes = layers.map(({ config }) => config['batch_input_shape'] ?? config['batch_shape']);
  const side: unknown = shapes.find(Array.isArray)?.[1];
  return typeof side === 'number' && side % 2 === 0;
}

/** `[[1, 1], [1, 1]]`, or short for it. */
function isAlike({ config }: TopologyLayer): boolean {
  const { padding } = config;
  if (!Array.isArray(padding)) return true;
  return padding.every((sides) => !Array.isArray(sides) || sides[0] === sides[1]);
}

/** The number that all have; null where there are none. */
function theOne(norms: readonly TopologyLayer[], setting: 'epsilon' | 'momentum'): number | null {
  const values = new Map<number, string>();
  for (const { config, name } of norms) {
    const value = config[setting];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0 && !values.has(value)) {
      values.set(value, name);
    }
  }
  const [first] = values.keys();
  if (values.size <= 1 || first === undefined) return first ?? null;
  const listed = [...values].slice(0, 3).map(([value, name]) => `${value} in ${name}`);
  throw new StudioError({
    code: 'model/weights-layers',
    message: `All BatchNorms of the backbone should have one ${setting}; the file's have ${listed.join(', ')}.`,
    hint: 'Build the backbone anew with one value, load these weights into it and save it.',
  });
}
