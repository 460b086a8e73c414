/**
 * Owns going through kernels by strips of rows, where each takes rows of the one before it: what lies between is then as much as
 * a strip, which is in a core's own cache, and not a map of megabytes, which is not.
 *
 * **Rows.** A strip is some rows of what the last kernel computes. From there back each kernel needs some rows of the one before
 * it, of which those are computed that no strip had yet: none is computed twice. Rows that the next strip needs again, two of a
 * filter of three, are copied to the top of where the strip lies. A filter's padding stands above the first rows and below the
 * last alone. So each kernel has smaller sizes and other addresses, and every value is the same sum: it has the same bits.
 *
 * **Chains.** Of kernels that read each other alone. Where two of them look at several rows, the chain ends between, behind the
 * smallest of what lies there: each has its strips as narrow as itself needs.
 *
 * **Worth.** With a second cache of 512 kB the frozen part of eight pictures of MobileNetV2 at 224 takes 0.97 of the time that it
 * takes map by map on one thread, and 0.94 on two, which share the third cache; EfficientNetB2's 0.97 on both. What its layers
 * up to 28x28 take alone is 0.96 and 0.93. By strips of 14x14 of 384 channels, whose filters are as large as a strip, it is
 * 1.04. A thread's room is 1.4 MB where it was 6.8 (`npm run bench -- --only threads` has the frozen parts).
 */
import type { Kernel } from './kernels.ts';
import { bytesOf, type Group, type Place, type Places } from './places.ts';

/** All that lies between the kernels of a chain is held within so much, but for a chain of which a row is more. */
const STRIP_BYTES = 262_144;
/** What lies between them as maps is more, or each strip would read filters anew for nothing. */
const LEAST_BYTES = 1_048_576;

/** Kernels of which some rows can be computed. */
const BY_ROWS: ReadonlySet<Kernel['task']['kind']> = new Set([
  'convolution',
  'convolutionSwish',
  'depthwise',
  'depthwiseSwish',
  'swish',
  'sigmoid',
  'relu',
  'add',
  'multiply',
  'scaleChannels',
]);

/** A kernel, or a part of its rows, and where values lie. */
export interface Step extends Pick<Kernel, 'task' | 'geometry' | 'layer' | 'operations'> {
  readonly x: Place;
  readonly other: Place;
  readonly out: Place;
}

const NOWHERE: Place = { base: 'memory', at: 0 };

/** Rows of a map: from one to before another. */
type Rows = readonly [from: number, end: number];

/** What a strip is of one kernel of a chain: which rows it computes, and which are kept of those before. */
interface Turn {
  readonly rows: Rows;
  readonly kept: Rows;
  /** The first row that is there. */
  readonly first: number;
  /** Before, where the first row that is there was another. */
  readonly before: number;
}

/** A strip of a chain: what it is of each kernel. */
type Strip = readonly Turn[];

/** A group and its strips; none where its kernels are gone through one after another. */
export interface StripGroup extends Group {
  readonly strips: readonly Strip[];
}

const heightOf = ({ shape }: Kernel): number => shape[0] ?? 1;

const readsOf = ({ x, other }: Kernel): readonly number[] => (other === null ? [x] : [x, other]);

/** Whether it looks at several rows for one, or leaves rows out. */
const isWindow = ({ geometry }: Kernel): boolean =>
  geometry !== null && (geometry[4] !== 1 || geometry[6] !== 1);

/** Rows that it reads of `x`, or of what has as many rows as itself, for some of its own. */
function rowsUnder({ geometry }: Kernel, [from, end]: Rows): Rows {
  if (geometry === null) return [from, end];
  const [inHeight = 1, , , , filter = 1, , stride = 1] = geometry;
  const top = geometry[10] ?? 0;
  const first = Math.min(inHeight, Math.max(0, from * stride - top));
  return [first, Math.max(first, Math.min(inHeight, (end - 1) * stride - top + filter))];
}

/** All kernels in groups, in their order. */
export function groupsOf(kernels: readonly Kernel[], to: number): readonly StripGroup[] {
  return runsOf(kernels, to).flatMap(chainsOf).flatMap(grouped);
}

/** Each kernel by itself. */
export const alone = (kernels: readonly Kernel[]): readonly StripGroup[] =>
  kernels.map((kernel) => ({ kernels: [kernel], bytes: [bytesOf(kernel.shape)], strips: [] }));

/** Whether a kernel's rows come of another's, as these lie. */
function takesRowsOf({ x, other, task, geometry, shape }: Kernel, before: Kernel): boolean {
  if (x !== before.node && (other !== before.node || task.kind === 'scaleChannels')) return false;
  const read = geometry === null ? shape : [...geometry.slice(0, 2), task.channels];
  return String(read) === String(before.shape);
}

/** Kernels of which each is alone to read the one before it. */
function runsOf(kernels: readonly Kernel[], to: number): readonly (readonly Kernel[])[] {
  const readers = new Map<number, number>([[to, 1]]);
  for (const node of kernels.flatMap(readsOf)) readers.set(node, (readers.get(node) ?? 0) + 1);
  const isByRows = ({ task, shape }: Kernel): boolean => BY_ROWS.has(task.kind) && shape.length === 3;
  const runs: Kernel[][] = [];
  for (const kernel of kernels) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const follows =
      before !== undefined &&
      [before, kernel].every(isByRows) &&
      readers.get(before.node) === 1 &&
      takesRowsOf(kernel, before);
    if (follows) run?.push(kernel);
    else runs.push([kernel]);
  }
  return runs;
}

/** Cuts a run between kernels that look at several rows, but for one that begins it. */
function chainsOf(run: readonly Kernel[]): readonly (readonly Kernel[])[] {
  const windows = run.flatMap((kernel, at) => (isWindow(kernel) && at > 0 ? [at] : []));
  const [first, second] = windows;
  if (first === undefined || second === undefined) return [run];
  const sizes = run.slice(first, second).map(({ shape }) => bytesOf(shape));
  const cut = first + sizes.indexOf(Math.min(...sizes)) + 1;
  return [run.slice(0, cut), ...chainsOf(run.slice(cut))];
}

/** A chain with the widest strips that have room; without, where all of it has. */
function grouped(chain: readonly Kernel[]): readonly StripGroup[] {
  const height = heightOf(chain.at(-1)!);
  const whole = chain.slice(0, -1).reduce((sum, { shape }) => sum + bytesOf(shape), 0);
  if (whole <= LEAST_BYTES) return alone(chain);
  for (let count = 2; ; count++) {
    const rows = Math.ceil(height / count);
    const strips = stripsOf(chain, rows);
    const bytes = chain.map((kernel, at) =>
      heldBytes(
        kernel,
        strips.map((strip) => strip[at]!),
      ),
    );
    const between = bytes.slice(0, -1).reduce((sum, each) => sum + each, 0);
    if (between <= STRIP_BYTES || rows === 1) {
      return [{ kernels: chain, bytes: bytes.with(-1, bytesOf(chain.at(-1)!.shape)), strips }];
    }
  }
}

const rowBytesOf = ({ shape }: Kernel): number => bytesOf(shape) / (shape[0] ?? 1);

/** What is there of a kernel's values at once. */
const heldBytes = (kernel: Kernel, turns: readonly Turn[]): number =>
  rowBytesOf(kernel) * Math.max(0, ...turns.map(({ rows, first }) => rows[1] - first));

/** Strips of so many rows of what the last kernel computes. */
function stripsOf(chain: readonly Kernel[], rows: number): readonly Strip[] {
  const height = heightOf(chain.at(-1)!);
  const states = chain.map(() => ({ first: 0, done: 0 }));
  const strips: Strip[] = [];
  for (let from = 0; from < height; from += rows) {
    let wanted: Rows = [from, Math.min(height, from + rows)];
    const strip = chain.map((kernel, index) => ({
      kernel,
      state: states[index]!,
      isLast: kernel === chain.at(-1),
    }));
    strips.push(
      strip
        .toReversed()
        .map(({ kernel, state, isLast }) => {
          const turn = turnOf(state, wanted, isLast);
          state.first = turn.first;
          state.done = turn.rows[1];
          wanted = turn.rows[0] === turn.rows[1] ? NOTHING : rowsUnder(kernel, turn.rows);
          return turn;
        })
        .toReversed(),
    );
  }
  return strips;
}

const NOTHING: Rows = [0, 0];

/** What a kernel computes that is not `done`, of the rows that are wanted; where that is nothing all stays as it is. */
function turnOf(
  { first: before, done }: { readonly first: number; readonly done: number },
  [from, end]: Rows,
  isLast: boolean,
): Turn {
  if (end <= done) return { rows: [done, done], kept: [before, before], first: before, before };
  // All of what comes out stays.
  const first = isLast ? 0 : from;
  return { rows: [Math.max(done, from), end], kept: [first, done], first, before };
}

/** All steps of some groups, whose values lie at `places`. */
export const stepsOf = (groups: readonly StripGroup[], places: Places): readonly Step[] =>
  groups.flatMap(({ kernels, strips }) =>
    strips.length === 0
      ? kernels.map((kernel) => wholeStep(kernel, places))
      : strips.flatMap((strip) => stepsOfStrip(kernels, strip, places)),
  );

const wholeStep = ({ node, x, other, ...kernel }: Kernel, places: Places): Step => ({
  ...kernel,
  x: places.of(x),
  other: other === null ? NOWHERE : places.of(other),
  out: places.of(node),
});

function stepsOfStrip(kernels: readonly Kernel[], strip: Strip, places: Places): readonly Step[] {
  const firsts = new Map(kernels.map(({ node }, at) => [node, strip[at]?.first ?? 0] as const));
  /** Where a row lies. */
  const rowOf = (node: number, row: number, rowBytes: number): Place => {
    const { base, at } = places.of(node);
    return { base, at: at + (row - (firsts.get(node) ?? 0)) * rowBytes };
  };
  return kernels.flatMap((kernel, at) => {
    const turn = strip[at]!;
    const [from, end] = turn.rows;
    if (from === end) return [];
    const under = rowsUnder(kernel, turn.rows);
    const { node, x, other, task, geometry } = kernel;
    const rowBytes = rowBytesOf(kernel);
    const xBytes = geometry === null ? rowBytes : 4 * (geometry[1] ?? 1) * task.channels;
    const otherPlace = (): Place => {
      if (other === null) return NOWHERE;
      return task.kind === 'scaleChannels' ? places.of(other) : rowOf(other, from, rowBytes);
    };
    const step: Step = {
      task: taskOf(kernel, end - from),
      geometry: geometry === null ? null : geometryOf(geometry, turn.rows, under),
      ...{ x: rowOf(x, under[0], xBytes), other: otherPlace(), out: rowOf(node, from, rowBytes) },
      ...{ layer: kernel.layer, operations: 0 },
    };
    return [...copyOf(turn, rowBytes, places.of(node)), step];
  });
}

/** Has the rows that are kept begin where a strip lies. */
function copyOf(
  { kept: [from, end], first, before }: Turn,
  rowBytes: number,
  { base, at }: Place,
): readonly Step[] {
  if (first === before || end <= from) return [];
  const count = ((end - from) * rowBytes) / 4;
  return [
    {
      task: { kind: 'copy', low: 0, high: 0, pictures: count, channels: 0, outChannels: 0 },
      ...{ x: { base, at: at + (from - before) * rowBytes }, other: NOWHERE, out: { base, at } },
      ...{ geometry: null, layer: null, operations: 0 },
    },
  ];
}

/** A kernel's task, for so many of its rows. */
function taskOf(kernel: Kernel, rows: number): Step['task'] {
  const { task, geometry } = kernel;
  if (geometry !== null) return task;
  const times = (count: number): number => (count / heightOf(kernel)) * rows;
  return task.rows === undefined
    ? { ...task, pictures: times(task.pictures) }
    : { ...task, rows: times(task.rows) };
}

/** Sizes where `rows` are all that comes out, and the rows `under` them all there is. */
function geometryOf(geometry: readonly number[], [from, end]: Rows, [first, stop]: Rows): readonly number[] {
  const [stride = 1, top = 0] = [geometry[6], geometry[10]];
  return geometry
    .with(0, stop - first)
    .with(2, end - from)
    .with(10, first - (from * stride - top));
}
