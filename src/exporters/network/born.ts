/** Owns telling which library a network's weights were born in: BatchNorm's epsilon says so. */
import type { ExportInput } from '../exporter.ts';

export const KERAS_EPSILON = 1e-3;
export const TORCH_EPSILON = 1e-5;

/** Whether the network has PyTorch's padding and epsilon; Keras' else. */
export function isTorchBorn({ graph }: Pick<ExportInput, 'graph'>): boolean {
  return graph.nodes.some(({ op }) => op.kind === 'batchNorm' && op.epsilon === TORCH_EPSILON);
}
