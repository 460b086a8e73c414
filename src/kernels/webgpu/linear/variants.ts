/**
 * The ways in which a matrix product is laid out over a GPU's threads, each with when it may be used, and which one a layer
 * takes where nothing was measured.
 *
 * `direct` tiles read from storage: neighbours' common reads are left to the first cache. `shared` tiles go through workgroup
 * memory, a barrier before and behind each 16 terms: a value is read from storage once for 64 rows or columns of the tile. In a
 * `subgroup` tile threads hand what they read on to those that run beside them, where the device offers that. More
 * outputs a thread take fewer reads for each multiply-add, but leave fewer threads; a sum in parts has more threads, and
 * another program that adds the parts. Which is fastest hangs on the GPU: `measure.ts` tries them out. All compute the same
 * up to the order of additions, so that last digits differ.
 *
 * `npm run bench -- --only gpu-roofline` tells what bounds the one that is taken; `npm run bench -- --only gpu-kernels` gives
 * each one's GFLOP/s.
 */
import type { Gpu } from '../gpu.ts';
import { inRows, isPoint, outRows, type LinearShape } from '../shape.ts';

/** What is a matrix product of a layer. */
export const OPERATIONS = ['forward', 'inputGrad', 'filterGrad'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Rows and columns of an operation's result, and terms of each of its sums at one tap. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export function productOf(operation: Operation, shape: LinearShape): Product {
  const { inChannels, outChannels } = shape;
  return {
    forward: { rows: outRows(shape), columns: outChannels, depth: inChannels },
    inputGrad: { rows: inRows(shape), columns: inChannels, depth: outChannels },
    filterGrad: { rows: inChannels, columns: outChannels, depth: outRows(shape) },
  }[operation];
}

/** One way, as it is entered below. */
interface Entry {
  readonly description: string;
  readonly operations: readonly Operation[];
  /** Outputs of a thread: rows, and columns in fours. */
  readonly tile: { readonly rows: number; readonly fours: number };
  /**
   * Outputs of a workgroup that shares what it reads, through its memory, or its subgroups' registers; null where each thread
   * reads for itself.
   */
  readonly shared: {
    readonly rows: number;
    readonly columns: number;
    readonly by: 'memory' | 'broadcast';
  } | null;
  /** Parts that each sum is computed in; a filter gradient has as many as keep the GPU busy. */
  readonly parts: number;
  /** Whether it may be used: no less than a tile of work in it, where zeros fill up what is missing. */
  readonly fits: (product: Product) => boolean;
}

const FORWARD_BACKWARD: readonly Operation[] = ['forward', 'inputGrad'];
/** Terms that a workgroup shares at a time. */
export const STEP = 16;
const always = (): boolean => true;
const fillsTile = ({ rows, columns, depth }: Product): boolean =>
  rows >= STEP && columns >= STEP && depth >= STEP;
/** Each of four parts has four steps. */
const isDeep = ({ depth }: Product): boolean => depth >= 4 * 4 * STEP;

const entries = {
  'direct 4x4': {
    description: 'from storage, 4 rows by 4 columns a thread: the most threads',
    operations: FORWARD_BACKWARD,
    tile: { rows: 4, fours: 1 },
    shared: null,
    parts: 1,
    fits: always,
  },
  'direct 4x8': {
    description: 'from storage, 4 rows by 8 columns a thread',
    operations: FORWARD_BACKWARD,
    tile: { rows: 4, fours: 2 },
    shared: null,
    parts: 1,
    fits: always,
  },
  'direct 4x8 in 4 parts': {
    description:
      'from storage, 4 rows by 8 columns a thread, each sum in four parts: for few outputs of long sums',
    operations: FORWARD_BACKWARD,
    tile: { rows: 4, fours: 2 },
    shared: null,
    parts: 4,
    fits: isDeep,
  },
  'direct 8x4': {
    description: 'from storage, 8 input by 4 output channels a thread',
    operations: ['filterGrad'],
    tile: { rows: 8, fours: 1 },
    shared: null,
    parts: 1,
    fits: always,
  },
  'shared 64x64, 8x4': {
    description: 'through workgroup memory in tiles of 64 by 64, 8 rows by 4 columns a thread',
    operations: OPERATIONS,
    tile: { rows: 8, fours: 1 },
    shared: { rows: 64, columns: 64, by: 'memory' },
    parts: 1,
    fits: fillsTile,
  },
  'shared 64x64, 8x8': {
    description: 'through workgroup memory in tiles of 64 by 64, 8 rows by 8 columns a thread',
    operations: OPERATIONS,
    tile: { rows: 8, fours: 2 },
    shared: { rows: 64, columns: 64, by: 'memory' },
    parts: 1,
    fits: fillsTile,
  },
  'shared 64x64, 8x4 in 4 parts': {
    description: 'as 64x64, 8x4, each sum in four parts: for few outputs of long sums',
    operations: FORWARD_BACKWARD,
    tile: { rows: 8, fours: 1 },
    shared: { rows: 64, columns: 64, by: 'memory' },
    parts: 4,
    fits: (product) => fillsTile(product) && isDeep(product),
  },
  'shared 128x64, 8x8': {
    description:
      'through workgroup memory in tiles of 128 by 64, 8 rows by 8 columns a thread: the fewest reads',
    operations: OPERATIONS,
    tile: { rows: 8, fours: 2 },
    shared: { rows: 128, columns: 64, by: 'memory' },
    parts: 1,
    fits: fillsTile,
  },
  'subgroup 8x128, 8x4': {
    description:
      'from storage once for each subgroup and handed on within it, 8 rows by 4 columns a thread: without barriers',
    operations: OPERATIONS,
    tile: { rows: 8, fours: 1 },
    shared: { rows: 8, columns: 128, by: 'broadcast' },
    parts: 1,
    fits: fillsTile,
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type VariantName = keyof typeof entries;

/** One way, by its name. */
export interface Variant extends Entry {
  readonly name: VariantName;
}

export const VARIANTS = Object.fromEntries(
  Object.entries(entries).map(([name, entry]) => [name, { name, ...entry }]),
) as Readonly<Record<VariantName, Variant>>;

/** The least subgroup that has as many lanes as there are blocks to hand on (subgroup-tiles.ts). */
const LEAST_SUBGROUP = 8;

/** Whether a device can compute in a way, whatever the layer. */
export function isOffered({ device }: Pick<Gpu, 'device'>, { shared }: Variant): boolean {
  if (shared?.by !== 'broadcast') return true;
  // Not all browsers that have WebGPU tell of a device what adapter it is of.
  const { subgroupMinSize = 0 } = (device as Partial<GPUDevice>).adapterInfo ?? {};
  return device.features.has('subgroups') && subgroupMinSize >= LEAST_SUBGROUP;
}

/** Of an operation that may be used. */
export function variantsFor(
  gpu: Pick<Gpu, 'device'>,
  operation: Operation,
  shape: LinearShape,
): readonly Variant[] {
  const product = productOf(operation, shape);
  return Object.values(VARIANTS).filter(
    (variant) => variant.operations.includes(operation) && variant.fits(product) && isOffered(gpu, variant),
  );
}

/** What a way's program needs of a device. */
export const featuresOf = ({ shared }: Variant): readonly 'subgroups'[] =>
  shared?.by === 'broadcast' ? ['subgroups'] : [];

/** Terms of a tap that each part of a sum has; whole steps of them. */
export const termsAPart = ({ parts }: Variant, depth: number): number =>
  parts === 1 ? depth : Math.ceil(depth / parts / STEP) * STEP;

/** WGSL for the first term of a part and the one behind its last. */
export function termsOf(variant: Variant, depth: number, part: string): { from: string; to: string } {
  const terms = termsAPart(variant, depth);
  return variant.parts === 1
    ? { from: '0u', to: `${depth}u` }
    : { from: `${part} * ${terms}u`, to: `min((${part} + 1u) * ${terms}u, ${depth}u)` };
}

/** Workgroups of a product in columns, rows and parts. */
export function groupsOf(
  { tile, shared, parts }: Variant,
  { rows, columns }: Pick<Product, 'rows' | 'columns'>,
): [number, number, number] {
  const group = shared ?? { rows: 8 * tile.rows, columns: 8 * 4 * tile.fours };
  return [Math.ceil(columns / group.columns), Math.ceil(rows / group.rows), parts];
}

/** Reads of four values for each multiply-add of the innermost loop; a direct tile takes four terms at a time. */
export function loadsPerFma({ tile: { rows, fours }, shared }: Variant): number {
  // Each of eight lanes reads an eighth of the rows' terms, and all their own columns.
  if (shared?.by === 'broadcast') return (rows / 8 + 4 * fours) / (4 * rows * 4 * fours);
  return shared === null
    ? (rows + 4 * fours) / (rows * 4 * 4 * fours)
    : (rows / 4 + fours) / (rows * 4 * fours);
}

/** Layers that are alike enough to take the same way: for each operation, a way for each class. */
export type LayerClass = `${Operation}, ${'1x1' | 'taps'}, ${'small' | 'medium' | 'narrow' | 'large'}`;

/** A larger result has 4,096 tiles of 4 by 8: enough threads to hide a GPU's latency. */
const SMALL = 2 ** 17;
const MEDIUM = 2 ** 20;
const NARROW = 48;

export function classOf(operation: Operation, shape: LinearShape): LayerClass {
  const { rows, columns } = productOf(operation === 'filterGrad' ? 'forward' : operation, shape);
  const outputs = rows * columns;
  const size =
    outputs < SMALL ? 'small' : columns < NARROW ? 'narrow' : outputs < MEDIUM ? 'medium' : 'large';
  return `${operation}, ${isPoint(shape) ? '1x1' : 'taps'}, ${size}`;
}

/** Ways by class; a class that is not named takes what the table has. */
export type Choice = Readonly<Partial<Record<LayerClass, VariantName>>>;

/** What is taken where nothing was measured: the same on every device. */
export function tabledVariant(operation: Operation, shape: LinearShape): VariantName {
  if (operation === 'filterGrad') return 'direct 8x4';
  const { rows, columns } = productOf(operation, shape);
  return rows * columns >= SMALL ? 'direct 4x8' : 'direct 4x4';
}

const choices = new WeakMap<GPUDevice, Choice>();

/** Has a device's layers computed in these ways from now on. */
export function takeChoice({ device }: Pick<Gpu, 'device'>, choice: Choice): void {
  choices.set(device, choice);
}

/** The ways that a device's layers are computed in. */
export const choiceOf = ({ device }: Pick<Gpu, 'device'>): Choice => choices.get(device) ?? {};

/** The way that a layer takes on a device. */
export function variantOf(
  { device }: Pick<Gpu, 'device'>,
  operation: Operation,
  shape: LinearShape,
): Variant {
  const chosen = choiceOf({ device })[classOf(operation, shape)];
  const isTaken =
    chosen !== undefined &&
    VARIANTS[chosen].fits(productOf(operation, shape)) &&
    isOffered({ device }, VARIANTS[chosen]);
  if (isTaken) return VARIANTS[chosen];
  return VARIANTS[tabledVariant(operation, shape)];
}
