/** Owns where a plan's values lie: between kernels in a room that is as small as those that are needed at once allow. */
import { invariant } from '../../../protocol/errors.ts';
import type { PlanDescription, PlanNode } from '../../plan.ts';

/** What an address of assembly/plan.as.ts is counted from, in the order of its own numbers for them. */
const BASES = ['memory', 'room', 'input', 'output'] as const;

/** In bytes. */
export interface Place {
  readonly base: (typeof BASES)[number];
  readonly at: number;
}

/** What stands for a base in a step. */
export const numberOf = ({ base }: Place): number => BASES.indexOf(base);

const VALUE_BYTES = 4;
/** Of a line of the cache. */
const ALIGNMENT = 64;

export const bytesOf = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, VALUE_BYTES);

/** A part of the room, and whose value lies there. */
interface Held {
  readonly node: number;
  readonly at: number;
  readonly end: number;
}

/** Kernels that take each value by itself, and may write where they read. */
const IN_PLACE: ReadonlySet<PlanNode['op']['kind']> = new Set([
  'swish',
  'sigmoid',
  'relu',
  'relu6',
  'add',
  'multiply',
]);

/** Where all values lie, and how many bytes the room has. */
export class Places {
  /** Of a node whose values are another's, that one. */
  readonly #same = new Map<number, number>();
  readonly #places = new Map<number, Place>();
  #held: Held[] = [];
  roomBytes = 0;

  constructor({ from, nodes, to }: PlanDescription) {
    for (const { op, node, inputs } of nodes)
      if (op.kind === 'same') this.#same.set(node, this.#rootOf(inputs[0] ?? 0));
    this.#places.set(from.node, { base: 'input', at: 0 });
    const lastReader = new Map(
      nodes.flatMap(({ inputs }, index) => inputs.map((input) => [this.#rootOf(input), index] as const)),
    );
    const isOver = (node: number, index: number): boolean => (lastReader.get(node) ?? -1) <= index;
    for (const [index, planned] of nodes.entries()) {
      if (planned.op.kind === 'same') continue;
      const { node } = planned;
      if (node === this.#rootOf(to)) this.#places.set(node, { base: 'output', at: 0 });
      else this.#hold(planned, (other) => isOver(other, index));
      this.#held = this.#held.filter((held) => held.node === node || !isOver(held.node, index));
    }
  }

  /** Where a node's value lies. */
  of(node: number): Place {
    const place = this.#places.get(this.#rootOf(node));
    invariant(place !== undefined, `node ${node.toString()} has a place before it is read`);
    return place;
  }

  #rootOf(node: number): number {
    return this.#same.get(node) ?? node;
  }

  #hold({ op, node, inputs, shape }: PlanNode, isOver: (node: number) => boolean): void {
    const bytes = Math.ceil(bytesOf(shape) / ALIGNMENT) * ALIGNMENT;
    const taken = IN_PLACE.has(op.kind)
      ? this.#held.find(
          (held) =>
            held.end - held.at === bytes &&
            isOver(held.node) &&
            inputs.some((input) => this.#rootOf(input) === held.node),
        )
      : undefined;
    const at = taken?.at ?? this.#roomFor(bytes);
    if (taken !== undefined) this.#held = this.#held.filter((held) => held !== taken);
    this.#held.push({ node, at, end: at + bytes });
    this.#held.sort((one, other) => one.at - other.at);
    this.roomBytes = Math.max(this.roomBytes, at + bytes);
    this.#places.set(node, { base: 'room', at });
  }

  /** The first gap that is large enough. */
  #roomFor(bytes: number): number {
    let at = 0;
    for (const held of this.#held) {
      if (held.at - at >= bytes) return at;
      at = Math.max(at, held.end);
    }
    return at;
  }
}
