/**
 * Where a network can be cut, and what each cut costs. The *frozen part* ends at the *cut output*, the last single tensor
 * at or before the *cut* (the first node that trains or draws chance); behind it comes the *trainable part*. Frozen work
 * is the same in every epoch, so the cut output is what gets kept. Any other single tensor on the way to it is a
 * *candidate cut*: where the cut output takes too much room, one of them may be kept in its place.
 */
import { drawsChance, type Graph, type GraphNode } from '../models/graph.ts';
import { compile } from '../models/program/program.ts';
import type { TrainableSet } from '../models/program/unit.ts';
import { layerWork } from '../models/summary.ts';
import { invariant } from '../protocol/errors.ts';

/** How the frozen part runs, whatever trains behind it. */
export const FROZEN: TrainableSet = { isTrainable: () => false, batchNorm: 'inference' };

/** A single tensor on the way to a cut output, or the cut output itself: all that follows can be computed from it. */
export interface CandidateCut {
  readonly node: number;
  /** Of one picture. */
  readonly shape: readonly number[];
  /** Of one picture, from where the section starts up to here. */
  readonly multiplyAdds: number;
}

/** Ops that own weights which can train. */
const weighted = new Set(['conv', 'depthwise', 'dense', 'batchNorm']);

/**
 * The node whose output is the cut output when all layers from `firstTrainable` on train, head included.
 *
 * @param firstTrainable index into `graph.model.layers`
 */
export function cutOutputOf(graph: Graph, firstTrainable: number): number {
  const cut = graph.nodes.findIndex((node) => isCut(node, firstTrainable));
  invariant(cut > 0, 'something trains behind the input');
  return singleNodes(graph, cut).at(-1) ?? 0;
}

function isCut(node: GraphNode, firstTrainable: number): boolean {
  return drawsChance(node) || (node.layer >= firstTrainable && weighted.has(node.op.kind));
}

/** Nodes before `end` whose output alone feeds everything after them, in order. The input always is the first. */
function singleNodes({ nodes }: Graph, end: number): number[] {
  const lastUse = nodes.map(() => -1);
  for (const node of nodes) for (const input of node.inputs) lastUse[input] = node.index;
  const singles: number[] = [];
  const live = new Set<number>();
  for (let index = 0; index < end; index++) {
    live.add(index);
    for (const other of live) if ((lastUse[other] ?? -1) <= index) live.delete(other);
    const [only] = live;
    if (live.size === 1 && only !== undefined && singles.at(-1) !== only) singles.push(only);
  }
  return singles;
}

/**
 * The candidate cuts behind `from`, up to and including `to`, in order. None lies inside of what is fused: cutting there
 * would cost the fusion, and change the last bits of the result.
 *
 * @param from node that the section starts with: the input, or another phase's cut output
 * @param to a cut output
 */
export function candidateCuts(graph: Graph, from: number, to: number): CandidateCut[] {
  const program = compile(graph, from, to, FROZEN);
  const ends = new Set([...program.units.map(({ node }) => node), to]);
  program.dispose();
  const before = multiplyAddsUpTo(graph);
  return singleNodes(graph, to + 1)
    .filter((node) => node > from && ends.has(node))
    .map((node) => ({
      node,
      shape: graph.nodes[node]?.shape ?? [],
      multiplyAdds: (before[node] ?? 0) - (before[from] ?? 0),
    }));
}

/** Chance that is drawn before layers that do not train. */
export interface EarlyDraw {
  /** Of the layer that draws first. */
  readonly layer: string;
  /** How much of the layers' work lies before it, which is all that can be done once: 0 to 1. */
  readonly frozenShare: number;
}

/**
 * What keeps frozen layers from being computed once: a layer that draws chance before them. Null for none.
 *
 * @param firstTrainable index into `graph.model.layers`
 */
export function earlyDraw(graph: Graph, firstTrainable: number): EarlyDraw | null {
  const { nodes, model } = graph;
  const drawing = nodes.find(drawsChance);
  const isWeighted = ({ op }: GraphNode): boolean => weighted.has(op.kind);
  const end = nodes.findIndex((node) => isWeighted(node) && node.layer >= firstTrainable);
  if (drawing === undefined || !nodes.slice(drawing.index, end).some(isWeighted)) return null;
  const before = multiplyAddsUpTo(graph);
  const frozenShare = (before[cutOutputOf(graph, firstTrainable)] ?? 0) / (before[end - 1] ?? 1);
  return { layer: model.layers[drawing.layer]?.name ?? drawing.name, frozenShare };
}

/** From the input up to each node. */
function multiplyAddsUpTo({ nodes, model }: Graph): number[] {
  const ofLayer = layerWork(model);
  const counted = new Set<number>();
  let sum = 0;
  return nodes.map(({ layer }) => {
    if (!counted.has(layer)) sum += ofLayer[layer] ?? 0;
    counted.add(layer);
    return sum;
  });
}

/**
 * Index of the first trainable layer when the last `unfreeze` of the backbone's `backboneLayers` layers train, as
 * `for layer in base.layers[:-n]: layer.trainable = False` leaves it in Keras. 0 trains the head alone.
 */
export function firstTrainableOf(backboneLayers: number, unfreeze: number | 'all'): number {
  return unfreeze === 'all' ? 0 : Math.max(0, backboneLayers - unfreeze);
}
