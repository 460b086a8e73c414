/**
 * The network as a list of nodes in Keras' layer order, read from a `tf.layers` model. Everything that runs a
 * network here (frozen part, trainable part, heat maps) starts from this list; the layers model itself only
 * holds the weights and is what gets exported.
 */
import type * as tf from '@tensorflow/tfjs';
import { invariant, StudioError } from '../protocol/errors.ts';
import { inputLayersOf, opsOf, shapeOf, type NodeOp } from './layers.ts';

/** One thing to compute. A layer that does nothing here is none: whoever reads it reads what it reads. */
export interface GraphNode {
  /** Position in the list, which is Keras' layer order; inputs come earlier. */
  readonly index: number;
  /** Keras layer name; a node made from a layer's own activation is `<layer>/activation`. */
  readonly name: string;
  /** Index of the layer it comes from. */
  readonly layer: number;
  readonly op: NodeOp;
  readonly inputs: readonly number[];
  /** Without the batch. */
  readonly shape: readonly number[];
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly model: tf.LayersModel;
}

/** Whether what a node computes depends on chance in a training step: then it differs from step to step. */
export function drawsChance({ op }: GraphNode): boolean {
  return op.kind === 'dropout';
}

/**
 * Lists the nodes of a functional model with one input and one output.
 *
 * @throws StudioError `model/layer-unsupported` for a layer class or setting that Mien does not train.
 */
export function graphOf(model: tf.LayersModel): Graph {
  checkEnds(model);
  const nodes: GraphNode[] = [];
  const nodeOfLayer = new Map<tf.layers.Layer, number>();
  model.layers.forEach((layer, layerIndex) => {
    const shape = shapeOf(layer);
    let inputs = inputLayersOf(layer).map((input) => {
      const index = nodeOfLayer.get(input);
      invariant(index !== undefined, `layer ${layer.name} comes before its input ${input.name}`);
      return index;
    });
    opsOf(layer).forEach((op, at) => {
      const name = at === 0 ? layer.name : `${layer.name}/activation`;
      const index = nodes.length;
      nodes.push({ index, name, layer: layerIndex, op, inputs, shape });
      inputs = [index];
    });
    const [last] = inputs;
    invariant(last !== undefined, `layer ${layer.name} has an op or an input`);
    nodeOfLayer.set(layer, last);
  });
  return { nodes, model };
}

function checkEnds({ name, inputs, outputs }: tf.LayersModel): void {
  if (inputs.length === 1 && outputs.length === 1) return;
  throw new StudioError({
    code: 'model/layer-unsupported',
    message: `A network with one input and one output was expected; ${name} has ${inputs.length} and ${outputs.length}.`,
    hint: 'Use a backbone from the list.',
  });
}
