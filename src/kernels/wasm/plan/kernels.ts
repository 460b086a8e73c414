/** Owns what each node of a plan is as a kernel of one picture. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { PlanDescription, PlanNode, PlanOp, PlanWeights } from '../../plan.ts';
import { boundsOf, infoOf } from '../infos.ts';
import { filterBytesOf, forward, roomBytesOf, UNBOUNDED, wayOf, type Way } from '../convolutions.ts';
import { kernelsOf } from '../module.ts';
import { tapsOf } from '../room.ts';
import { poolOf } from '../pooling.ts';
import { loopOperations } from '../loops.ts';
import type { Task } from '../task.ts';

/** A linear layer's own: what its filter is, and what it needs while it runs. */
export interface Layer {
  /** Of the description's nodes, which has the weights. */
  readonly index: number;
  readonly way: Way;
  readonly geometry: readonly number[];
  readonly channels: number;
  readonly outChannels: number;
  /** Of the filter as the kernel reads it. */
  readonly filterBytes: number;
  readonly roomBytes: number;
}

/** What is computed of one picture, wherever values lie. */
export interface Kernel {
  readonly task: Pick<Task, 'kind' | 'pictures' | 'channels' | 'outChannels' | 'low' | 'high' | 'rows'>;
  /** Whose value it computes, in which shape. */
  readonly node: number;
  readonly shape: readonly number[];
  /** Whose it reads; of a node that leaves values as they are, whose those are. */
  readonly x: number;
  readonly other: number | null;
  /** Of what goes over windows. */
  readonly geometry: readonly number[] | null;
  readonly layer: Layer | null;
  /** For which it is cut into parts. */
  readonly operations: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** All kernels of a plan, and whose value comes out of them; null where a node has none. */
export function kernelsFor(
  wasm: BackendWasm,
  { from, nodes, to }: PlanDescription,
  weights: readonly (PlanWeights | null)[],
): { readonly kernels: readonly Kernel[]; readonly to: number } | null {
  const shapes = new Map([
    [from.node, from.shape],
    ...nodes.map(({ node, shape }) => [node, shape] as const),
  ]);
  const sources = new Map<number, number>();
  const sourceOf = (node: number): number => sources.get(node) ?? node;
  const kernels: Kernel[] = [];
  for (const [index, planned] of nodes.entries()) {
    const { op, node, inputs, shape } = planned;
    if (op.kind === 'same') {
      sources.set(node, sourceOf(inputs[0] ?? 0));
      continue;
    }
    const given = inputs.map((input) => ({ node: sourceOf(input), shape: shapes.get(input) ?? [] }));
    const what = kernelOf(wasm, planned, given, { index, weights: weights[index] ?? null });
    if (what === null) return null;
    kernels.push({ ...what, node, shape });
    if (endsBeforeSwish(planned, what)) kernels.push({ ...values('swish', shape, node), node, shape });
  }
  return { kernels, to: sourceOf(to) };
}

interface Input {
  readonly node: number;
  readonly shape: readonly number[];
}

/** A kernel but for what comes out. */
type Own = Omit<Kernel, 'node' | 'shape'>;

/** Whether its kernel leaves the swish that it ends in to one of its own: Winograd's has none. */
const endsBeforeSwish = ({ op }: PlanNode, { task }: Own): boolean =>
  'activation' in op && op.activation === 'swish' && task.kind === 'winograd';

/** What takes each value by itself. */
const values = (
  kind: 'swish' | 'sigmoid' | 'relu' | 'add' | 'multiply',
  shape: readonly number[],
  x: number,
  other: number | null = null,
): Own => ({
  task: { kind, ...UNBOUNDED, pictures: sizeOf(shape), channels: 0, outChannels: 0 },
  ...{ x, other, geometry: null, layer: null },
  operations: loopOperations(kind, sizeOf(shape)),
});

function kernelOf(
  wasm: BackendWasm,
  { op, shape }: PlanNode,
  [x, other, ...more]: readonly Input[],
  layer: { readonly index: number; readonly weights: PlanWeights | null },
): Own | null {
  if (x === undefined || more.length > 0) return null;
  switch (op.kind) {
    case 'swish':
    case 'sigmoid':
      return values(op.kind, shape, x.node);
    case 'relu':
    case 'relu6': {
      const kernel = values('relu', shape, x.node);
      return { ...kernel, task: { ...kernel.task, ...boundsOf(op.kind) } };
    }
    case 'softmax':
      return { ...rows('softmax', x), other: null };
    case 'maxPool':
      return x.shape.length === 3 ? pooled(op, x) : null;
    case 'add':
      return other !== undefined && String(x.shape) === String(other.shape)
        ? values('add', shape, x.node, other.node)
        : null;
    case 'multiply':
      if (other === undefined) return null;
      return String(x.shape) === String(other.shape)
        ? values('multiply', shape, x.node, other.node)
        : scaled(x, other);
    case 'globalPool':
      return { ...rows('globalPool', x), other: null };
    case 'same':
      return null;
    default:
      if (layer.weights === null || x.shape.length !== (op.kind === 'dense' ? 1 : 3)) return null;
      return linear(wasm, op, x, { ...layer, weights: layer.weights });
  }
}

/** What goes over the positions of a picture. */
function rows(kind: 'globalPool' | 'scaleChannels' | 'softmax', { node, shape }: Input): Omit<Own, 'other'> {
  const channels = shape.at(-1) ?? 1;
  const sizes = { pictures: 1, rows: sizeOf(shape) / channels, channels, outChannels: 0 };
  const operations = loopOperations(kind, sizeOf(shape));
  return { task: { kind, ...UNBOUNDED, ...sizes }, x: node, geometry: null, layer: null, operations };
}

/** A picture times one value a channel; null for any other two shapes. */
function scaled(one: Input, two: Input): Own | null {
  const [x, gate] =
    one.shape.length > two.shape.length || sizeOf(one.shape) > sizeOf(two.shape) ? [one, two] : [two, one];
  if (sizeOf(gate.shape) !== x.shape.at(-1) || gate.shape.at(-1) !== x.shape.at(-1)) return null;
  return { ...rows('scaleChannels', x), other: gate.node };
}

/** Of a picture [height, width, channels]. */
function pooled(op: Extract<PlanNode['op'], { kind: 'maxPool' }>, x: Input): Own {
  const { geometry, channels, operations } = poolOf([1, ...x.shape], op);
  return {
    task: { kind: 'maxPool', ...UNBOUNDED, pictures: 1, channels, outChannels: channels },
    ...{ x: x.node, other: null, geometry, layer: null, operations },
  };
}

function linear(
  wasm: BackendWasm,
  { activation, ...attrs }: Extract<PlanOp, { readonly activation: unknown }>,
  x: Input,
  { index, weights }: { readonly index: number; readonly weights: PlanWeights },
): Own {
  const info = infoOf(attrs, [1, ...x.shape], weights.filter.shape);
  const geometry = forward(info);
  const { inChannels: channels, outChannels, isDepthwise } = info;
  const way = wayOf({ geometry, isDepthwise }, channels, outChannels);
  const kernels = kernelsOf(wasm);
  const taps = tapsOf(geometry);
  const layer: Layer = {
    ...{ index, way, geometry, channels, outChannels },
    filterBytes: filterBytesOf(kernels, way, taps, channels, outChannels),
    roomBytes: roomBytesOf(kernels, way, taps, channels),
  };
  const terms = taps * (isDepthwise ? 1 : channels);
  const outs = sizeOf(info.outShape);
  const isSwish = activation === 'swish' && way !== 'winograd';
  const bounds = activation === 'swish' ? UNBOUNDED : boundsOf(activation);
  return {
    task: { kind: isSwish ? `${way}Swish` : way, ...bounds, pictures: 1, channels, outChannels },
    ...{ x: x.node, other: null, geometry, layer },
    operations: outs * terms * 2 + (isSwish ? loopOperations('swish', outs) : 0),
  };
}
