/** Owns what each node of a plan is as a kernel of one picture. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { PlanDescription, PlanNode, PlanOp, PlanWeights } from '../../plan.ts';
import { boundsOf, infoOf } from '../infos.ts';
import { filterBytesOf, forward, roomBytesOf, UNBOUNDED, wayOf, type Way } from '../convolutions.ts';
import { kernelsOf } from '../module.ts';
import { tapsOf } from '../room.ts';
import { poolOf } from '../pooling.ts';
import { loopOperations } from '../loops.ts';
import { partsFor, type Task } from '../task.ts';
import type { Place, Places } from './places.ts';

/** A linear layer's own: what its filter is, and what it needs while it runs. */
export interface Layer {
  /** Of the description's nodes, which has the weights. */
  readonly index: number;
  readonly way: Way;
  readonly channels: number;
  readonly outChannels: number;
  /** Of the filter as the kernel reads it. */
  readonly filterBytes: number;
  readonly roomBytes: number;
}

/** A kernel and where its values lie. */
export interface Step {
  readonly task: Pick<Task, 'kind' | 'pictures' | 'channels' | 'outChannels' | 'low' | 'high' | 'rows'>;
  readonly x: Place;
  readonly other: Place;
  readonly out: Place;
  /** Of what goes over windows. */
  readonly geometry: readonly number[] | null;
  readonly layer: Layer | null;
  /** For which it is cut into parts. */
  readonly operations: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

const NOWHERE: Place = { base: 'memory', at: 0 };

/** All kernels of a plan; null where a node has none. */
export function stepsOf(
  wasm: BackendWasm,
  { from, nodes }: PlanDescription,
  weights: readonly (PlanWeights | null)[],
  places: Places,
): Step[] | null {
  const shapes = new Map([
    [from.node, from.shape],
    ...nodes.map(({ node, shape }) => [node, shape] as const),
  ]);
  const steps: Step[] = [];
  for (const [index, planned] of nodes.entries()) {
    if (planned.op.kind === 'same') continue;
    const inputs = planned.inputs.map((input) => ({
      shape: shapes.get(input) ?? [],
      place: places.of(input),
    }));
    const what = kernelOf(wasm, planned, inputs, { index, weights: weights[index] ?? null });
    if (what === null) return null;
    const out = places.of(planned.node);
    steps.push({ ...what, out });
    if (endsBeforeSwish(planned, what)) steps.push({ ...values('swish', planned.shape, out), out });
  }
  return steps;
}

interface Input {
  readonly shape: readonly number[];
  readonly place: Place;
}

type Kernel = Omit<Step, 'out'>;

/** Whether its kernel leaves the swish that it ends in to one of its own: Winograd's has none. */
const endsBeforeSwish = ({ op }: PlanNode, { task }: Kernel): boolean =>
  'activation' in op && op.activation === 'swish' && task.kind === 'winograd';

/** What takes each value by itself. */
const values = (
  kind: 'swish' | 'sigmoid' | 'relu' | 'add' | 'multiply',
  shape: readonly number[],
  x: Place,
  other: Place = NOWHERE,
): Kernel => ({
  task: { kind, ...UNBOUNDED, pictures: sizeOf(shape), channels: 0, outChannels: 0 },
  ...{ x, other, geometry: null, layer: null },
  operations: loopOperations(kind, sizeOf(shape)),
});

function kernelOf(
  wasm: BackendWasm,
  { op, shape }: PlanNode,
  [x, other, ...more]: readonly Input[],
  layer: { readonly index: number; readonly weights: PlanWeights | null },
): Kernel | null {
  if (x === undefined || more.length > 0) return null;
  switch (op.kind) {
    case 'swish':
    case 'sigmoid':
      return values(op.kind, shape, x.place);
    case 'relu':
    case 'relu6': {
      const kernel = values('relu', shape, x.place);
      return { ...kernel, task: { ...kernel.task, ...boundsOf(op.kind) } };
    }
    case 'softmax':
      return { ...rows('softmax', x), other: NOWHERE };
    case 'maxPool':
      return x.shape.length === 3 ? pooled(op, x) : null;
    case 'add':
      return other !== undefined && String(x.shape) === String(other.shape)
        ? values('add', shape, x.place, other.place)
        : null;
    case 'multiply':
      if (other === undefined) return null;
      return String(x.shape) === String(other.shape)
        ? values('multiply', shape, x.place, other.place)
        : scaled(x, other);
    case 'globalPool':
      return { ...rows('globalPool', x), other: NOWHERE };
    case 'same':
      return null;
    default:
      if (layer.weights === null || x.shape.length !== (op.kind === 'dense' ? 1 : 3)) return null;
      return linear(wasm, op, x, { ...layer, weights: layer.weights });
  }
}

/** What goes over the positions of a picture. */
function rows(
  kind: 'globalPool' | 'scaleChannels' | 'softmax',
  { shape, place }: Input,
): Omit<Kernel, 'other'> {
  const channels = shape.at(-1) ?? 1;
  const sizes = { pictures: 1, rows: sizeOf(shape) / channels, channels, outChannels: 0 };
  const operations = loopOperations(kind, sizeOf(shape));
  return { task: { kind, ...UNBOUNDED, ...sizes }, x: place, geometry: null, layer: null, operations };
}

/** A picture times one value a channel; null for any other two shapes. */
function scaled(one: Input, two: Input): Kernel | null {
  const [x, gate] =
    one.shape.length > two.shape.length || sizeOf(one.shape) > sizeOf(two.shape) ? [one, two] : [two, one];
  if (sizeOf(gate.shape) !== x.shape.at(-1) || gate.shape.at(-1) !== x.shape.at(-1)) return null;
  return { ...rows('scaleChannels', x), other: gate.place };
}

/** Of a picture [height, width, channels]. */
function pooled(op: Extract<PlanNode['op'], { kind: 'maxPool' }>, x: Input): Kernel {
  const { geometry, channels, operations } = poolOf([1, ...x.shape], op);
  return {
    task: { kind: 'maxPool', ...UNBOUNDED, pictures: 1, channels, outChannels: channels },
    ...{ x: x.place, other: NOWHERE, geometry, layer: null, operations },
  };
}

function linear(
  wasm: BackendWasm,
  { activation, ...attrs }: Extract<PlanOp, { readonly activation: unknown }>,
  x: Input,
  { index, weights }: { readonly index: number; readonly weights: PlanWeights },
): Kernel {
  const info = infoOf(attrs, [1, ...x.shape], weights.filter.shape);
  const geometry = forward(info);
  const { inChannels: channels, outChannels, isDepthwise } = info;
  const way = wayOf({ geometry, isDepthwise }, channels, outChannels);
  const kernels = kernelsOf(wasm);
  const taps = tapsOf(geometry);
  const layer: Layer = {
    ...{ index, way, channels, outChannels },
    filterBytes: filterBytesOf(kernels, way, taps, channels, outChannels),
    roomBytes: roomBytesOf(kernels, way, taps, channels),
  };
  const terms = taps * (isDepthwise ? 1 : channels);
  const outs = sizeOf(info.outShape);
  const isSwish = activation === 'swish' && way !== 'winograd';
  const bounds = activation === 'swish' ? UNBOUNDED : boundsOf(activation);
  return {
    task: { kind: isSwish ? `${way}Swish` : way, ...bounds, pictures: 1, channels, outChannels },
    ...{ x: x.place, other: NOWHERE, geometry, layer },
    operations: outs * terms * 2 + (isSwish ? loopOperations('swish', outs) : 0),
  };
}

/** Into how many parts it is cut where all threads share it. */
export const partsOf = (wasm: BackendWasm, { operations }: Step): number => partsFor(wasm, operations);
