/**
 * The entry of the worker that lays pictures out in a plane. The principal components are there first; then UMAP, which
 * starts from the widest of them. Ending the worker gives it up.
 *
 * @see https://arxiv.org/abs/1802.03426, Uniform manifold approximation and projection
 */
import type { ProjectionMessage, ProjectionRequest } from '../protocol/set/projection.ts';
import { projectFeatures } from './project.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.addEventListener('message', ({ data }: MessageEvent<ProjectionRequest>) => {
  const say = (said: ProjectionMessage): void => scope.postMessage(said);
  try {
    projectFeatures(data, say);
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
