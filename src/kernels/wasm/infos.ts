/** Owns what a linear layer's shapes, strides and padding come to for the kernels. */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import type { LinearAttrs, ReluName } from '../signatures.ts';
import { UNBOUNDED, type Bounds, type ConvInfo } from './convolutions.ts';

type Shape4D = [number, number, number, number];

/** Of a layer, or of one of tfjs' convolutions. */
export interface LinearSettings {
  readonly kind: LinearAttrs['kind'];
  readonly strides: number | readonly [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Steps ask for the same few over and over. */
const known = new Map<string, ConvInfo>();
const MOST_KNOWN = 2000;

/** Of a dense layer as well: it is a convolution of one position. */
export function infoOf(
  settings: LinearSettings,
  xShape: readonly number[],
  filterShape: readonly number[],
): ConvInfo {
  const { kind, strides, pad, dimRoundingMode = '' } = settings;
  const key = `${kind} ${String(strides)} ${String(pad)} ${dimRoundingMode} ${String(xShape)} ${String(filterShape)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const info = computed(settings, xShape, filterShape);
  known.set(key, info);
  return info;
}

function computed(
  { kind, strides, pad, dimRoundingMode }: LinearSettings,
  xShape: readonly number[],
  filterShape: readonly number[],
): ConvInfo {
  const isDepthwise = kind === 'depthwise';
  const [rows = 1, channels = 1] = xShape;
  const x = kind === 'dense' ? [rows, 1, 1, channels] : xShape;
  const filter = kind === 'dense' ? [1, 1, ...filterShape] : filterShape;
  invariant(!isDepthwise || filter[3] === 1, 'a depthwise convolution has one filter a channel');
  const info = tf.backend_util.computeConv2DInfo(
    x as Shape4D,
    filter as Shape4D,
    strides as [number, number],
    1,
    pad,
    dimRoundingMode,
    isDepthwise,
  );
  return { ...info, isDepthwise };
}

const BOUNDS: Readonly<Record<ReluName, Bounds>> = {
  linear: UNBOUNDED,
  relu: { low: 0, high: Infinity },
  relu6: { low: 0, high: 6 },
};

/** What comes out of an activation lies between. */
export const boundsOf = (activation: ReluName): Bounds => BOUNDS[activation];
