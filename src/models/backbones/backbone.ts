/** What a backbone entry is; `registry.ts` lists them. */
import type { LayersModel } from '@tensorflow/tfjs';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { BlockSummary } from '../../protocol/model.ts';
import type { Options } from '../../protocol/recipe/options.ts';
import type { PreprocessingMode } from '../../protocol/recipe/own-weights.ts';

/**
 * Preprocessing of uint8 RGB, channel by channel: `y[c] = x[order[c]] * scale[c] + offset[c]`, where `c` is the
 * network's channel.
 */
export interface Preprocessing {
  /** Network channel c takes picture channel `order[c]` (0 red, 1 green, 2 blue). */
  readonly order: readonly [number, number, number];
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/**
 * Applies a network's preprocessing to RGB values of 0 to 255.
 *
 * @returns as many values, channels in the network's order
 */
export function preprocess(pixels: ArrayLike<number>, { order, scale, offset }: Preprocessing): Float32Array {
  const out = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    const from = order[channel] ?? channel;
    const factor = scale[channel] ?? 1;
    const shift = offset[channel] ?? 0;
    for (let pixel = 0; pixel < pixels.length; pixel += 3) {
      out[pixel + channel] = (pixels[pixel + from] ?? 0) * factor + shift;
    }
  }
  return out;
}

/** Values from -1 to 1, as TensorFlow's own networks take them. */
export const scaleToPlusMinusOne: Preprocessing = {
  order: [0, 1, 2],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  offset: [-1, -1, -1],
};

const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
const IMAGENET_DEVIATION = [0.229, 0.224, 0.225] as const;

/** `(x / 255 - mean) / deviation` over ImageNet, as EfficientNet and torchvision's networks take it. */
export const meanAndDeviation: Preprocessing = {
  order: [0, 1, 2],
  scale: mapChannels((c) => 1 / (255 * IMAGENET_DEVIATION[c])),
  offset: mapChannels((c) => -IMAGENET_MEAN[c] / IMAGENET_DEVIATION[c]),
};

/**
 * Blue, green, red, each less ImageNet's mean; not scaled.
 *
 * @see keras.applications.imagenet_utils.preprocess_input with mode "caffe"
 */
export const caffe: Preprocessing = {
  order: [2, 1, 0],
  scale: [1, 1, 1],
  offset: [-103.939, -116.779, -123.68],
};

/** `x / 255`. */
const scaleToUnit: Preprocessing = {
  order: [0, 1, 2],
  scale: mapChannels(() => 1 / 255),
  offset: [0, 0, 0],
};

/** What a recipe may say of a file that does not say it itself. */
export const PREPROCESSING_MODES: Readonly<Record<PreprocessingMode, Preprocessing>> = {
  tf: scaleToPlusMinusOne,
  torch: meanAndDeviation,
  caffe,
  unit: scaleToUnit,
  none: { order: [0, 1, 2], scale: [1, 1, 1], offset: [0, 0, 0] },
};

/**
 * What a picture goes through where `x / 255` is put into the network as Keras builds it with `include_top=False`.
 *
 * @param inside what Keras does in the network's graph, to pixels of 0 to 255; null for nothing
 */
export function unitPreprocessing(inside: Preprocessing | null): Preprocessing {
  if (inside === null) return scaleToUnit;
  return { ...inside, scale: mapChannels((c) => inside.scale[c] / 255) };
}

function mapChannels(value: (channel: 0 | 1 | 2) => number): readonly [number, number, number] {
  return [value(0), value(1), value(2)];
}

/** What weights were trained with where that need not be Keras' own: PyTorch pads both sides alike, and divides by less. */
export interface Flavour {
  /** Zero padding of convolutions with stride 2: on both sides alike, or where Keras puts it. */
  readonly padding: 'symmetric' | 'keras';
  /** BatchNorm's. */
  readonly epsilon: number;
  /** BatchNorm's, of its averages; left out for Keras' own. */
  readonly momentum?: number;
}

/** A network's BatchNorm as its weights want it. */
export function batchNormOf(
  own: { readonly epsilon: number; readonly momentum: number },
  flavour: Flavour | undefined,
): { readonly epsilon: number; readonly momentum: number } {
  return { epsilon: flavour?.epsilon ?? own.epsilon, momentum: flavour?.momentum ?? own.momentum };
}

/** PyTorch's defaults. */
export const torchFlavour: Flavour = { padding: 'symmetric', epsilon: 1e-5 };

export interface BackboneOptions {
  /** Side of the square input, in pixels, 32 at least. */
  readonly size: number;
  /** Seed of Keras' initial values. Left out, kernels are zero: to be loaded, or only described. */
  readonly seed?: number;
  /** Whether its ImageNet weights will be loaded: Keras then gives EfficientNet one more layer. */
  readonly imagenet?: boolean;
  /** What the weights that will be loaded were trained with; left out for Keras' own. */
  readonly flavour?: Flavour | undefined;
  /** The entry's declared options, defaults filled in. */
  readonly options: Options;
}

/** What Keras has where ours has an inert layer of the same name. */
export interface KerasLayer {
  readonly className: string;
  readonly parameters: number;
}

/** One network without its top. */
export interface Backbone {
  readonly entry: BackboneEntry;
  /** What its own (Keras') weights expect; weights of another origin may carry another. */
  readonly preprocessing: Preprocessing;
  /**
   * Builds it with Keras' layer names, order and initial values. Input `[batch, size, size, 3]`, preprocessed.
   * The caller disposes the model.
   */
  build(options: BackboneOptions): LayersModel;
  /**
   * Layers that Keras runs in its graph and our preprocessing does instead, by name. They are inert here, and stand
   * for Keras' own so that "the last n layers" and the summary are Keras'.
   */
  readonly stoodIn?: Readonly<Record<string, KerasLayer>>;
  /** Its builder in `keras.applications`, and which of our options it takes under the same name. */
  readonly keras: { readonly name: string; readonly options: readonly string[] } | null;
  /** Options of the forms that people have weights of, where there are several; a file is held against each. */
  readonly forms?: readonly Options[];
  /** What the layers with weights of every size of its family are called. A tensor of another name belongs to no such network. */
  readonly layerNames: RegExp;
  /** The bars of the strip, from its layer names in order. */
  blocks(layerNames: readonly string[]): readonly Omit<BlockSummary, 'shape'>[];
}
