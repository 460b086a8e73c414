/**
 * Where a network is cut. The *frozen prefix* ends at the *waist*, the last single tensor at or before the *cut*
 * (the first node that trains or draws chance); what follows is the *trainable tail*. Frozen work is the same in
 * every epoch, so the waist is what gets cached.
 */
import { invariant } from '../protocol/errors.ts';
import { drawsChance, type Graph, type GraphNode } from './graph.ts';

export interface Plan {
  /** Layers that train: index of the first one in the model. */
  readonly firstTrainableLayer: number;
  /** Node whose output is the waist. */
  readonly waist: number;
}

/** Ops that own weights which can train. */
const weighted = new Set(['conv', 'depthwise', 'dense', 'batchNorm']);

/**
 * Plans a phase in which all layers from `firstTrainableLayer` on train, head included.
 *
 * @param firstTrainableLayer index into `graph.model.layers`
 */
export function planOf(graph: Graph, firstTrainableLayer: number): Plan {
  const cut = graph.nodes.findIndex((node) => isCut(node, firstTrainableLayer));
  invariant(cut > 0, 'a plan needs a trainable layer behind the input');
  return { firstTrainableLayer, waist: singleNodes(graph, cut).at(-1) ?? 0 };
}

function isCut(node: GraphNode, firstTrainableLayer: number): boolean {
  return drawsChance(node) || (node.layer >= firstTrainableLayer && weighted.has(node.op.kind));
}

/**
 * Nodes before `end` whose output alone feeds everything after them, in order. The input always is the first.
 *
 * @param end index of a node
 */
export function singleNodes({ nodes }: Graph, end: number): number[] {
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
 * Index of the first trainable layer when the last `unfreeze` of the backbone's `backboneLayers` layers train, as
 * `for layer in base.layers[:-n]: layer.trainable = False` leaves it in Keras. 0 trains the head alone.
 */
export function firstTrainableOf(backboneLayers: number, unfreeze: number | 'all'): number {
  return unfreeze === 'all' ? 0 : Math.max(0, backboneLayers - unfreeze);
}
