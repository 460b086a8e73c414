/** Owns where a plan's values lie: between kernels in a room that is as small as those that are needed at once allow. */
import { invariant } from '../../../protocol/errors.ts';
import { firstGap, type Taken } from '../gaps.ts';
import type { Kernel } from './kernels.ts';

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

/** Kernels that are gone through together, strip by strip, or one by itself. */
export interface Group {
  readonly kernels: readonly Kernel[];
  /** Of each kernel's values, what is there at once; of the last all. */
  readonly bytes: readonly number[];
}

/** A part of the room, and whose value lies there. */
interface Held extends Taken {
  readonly node: number;
}

/** Kernels that take each value by itself, and may write where they read. */
const IN_PLACE: ReadonlySet<Kernel['task']['kind']> = new Set([
  'swish',
  'sigmoid',
  'relu',
  'add',
  'multiply',
  'scaleChannels',
]);

/** Where all values lie, and how many bytes the room has. */
export class Places {
  readonly #places = new Map<number, Place>();
  #held: Held[] = [];
  roomBytes = 0;

  /** @param from and `to`: whose value goes in and comes out */
  constructor(groups: readonly Group[], from: number, to: number) {
    this.#places.set(from, { base: 'input', at: 0 });
    this.#places.set(to, { base: 'output', at: 0 });
    const lastReader = new Map(
      groups.flatMap(({ kernels }, index) =>
        kernels.flatMap(({ x, other }) => [[x, index] as const, [other ?? x, index] as const]),
      ),
    );
    for (const [index, group] of groups.entries()) {
      const isOver = (node: number): boolean => (lastReader.get(node) ?? -1) <= index;
      for (const [number, kernel] of group.kernels.entries())
        if (!this.#places.has(kernel.node))
          this.#hold(kernel, group.bytes[number] ?? 0, group.kernels.length === 1 ? isOver : () => false);
      this.#held = this.#held.filter(({ node }) => !isOver(node));
    }
  }

  /** Where a node's value lies. */
  of(node: number): Place {
    const place = this.#places.get(node);
    invariant(place !== undefined, `node ${node.toString()} has a place before it is read`);
    return place;
  }

  #hold({ task, node, x, other }: Kernel, least: number, isOver: (node: number) => boolean): void {
    const bytes = Math.ceil(least / ALIGNMENT) * ALIGNMENT;
    const taken = IN_PLACE.has(task.kind)
      ? this.#held.find(
          (held) =>
            held.end - held.at === bytes &&
            isOver(held.node) &&
            (held.node === x || (held.node === other && task.kind !== 'scaleChannels')),
        )
      : undefined;
    const at = taken?.at ?? firstGap(this.#held, bytes);
    if (taken !== undefined) this.#held = this.#held.filter((held) => held !== taken);
    this.#held.push({ node, at, end: at + bytes });
    this.#held.sort((one, two) => one.at - two.at);
    this.roomBytes = Math.max(this.roomBytes, at + bytes);
    this.#places.set(node, { base: 'room', at });
  }
}
