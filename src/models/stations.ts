/** Where else than at its waist the frozen part can be cut, and what each cut costs. */
import type { Graph } from './graph.ts';
import { singleNodes } from './plan.ts';
import { compile } from './program/program.ts';
import { layerWork } from './summary.ts';

/** A single tensor on the way to a waist: it can be kept, and what follows it be computed from it. */
export interface Station {
  readonly node: number;
  /** Of one picture. */
  readonly shape: readonly number[];
  /** Multiply-adds of one picture from where the section starts up to here. */
  readonly work: number;
}

/**
 * The stations behind `from`, up to and including `to`, in order. None lies inside of what is fused: that costs
 * nothing extra.
 *
 * @param from node that the section starts with: the input, or another waist
 * @param to a waist
 */
export function stationsBetween(graph: Graph, from: number, to: number): Station[] {
  const program = compile(graph, from, to, { isTrainable: () => false, batchNorm: 'inference' });
  const ends = new Set([...program.units.map(({ node }) => node), to]);
  program.dispose();
  const work = workBefore(graph);
  return singleNodes(graph, to + 1)
    .filter((node) => node > from && ends.has(node))
    .map((node) => ({
      node,
      shape: graph.nodes[node]?.shape ?? [],
      work: (work[node] ?? 0) - (work[from] ?? 0),
    }));
}

/** Multiply-adds from the input up to each node. */
function workBefore({ nodes, model }: Graph): number[] {
  const ofLayer = layerWork(model);
  const counted = new Set<number>();
  let sum = 0;
  return nodes.map(({ layer }) => {
    if (!counted.has(layer)) sum += ofLayer[layer] ?? 0;
    counted.add(layer);
    return sum;
  });
}
