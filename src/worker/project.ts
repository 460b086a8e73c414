/** Lays pictures out in a plane by their features: along the two widest directions, then so that neighbours stay neighbours. */
import { UMAP } from 'umap-js';
import { principalComponents } from '../lib/figures/pca.ts';
import { keyedRandom } from '../lib/random.ts';
import type { ProjectionMessage, ProjectionRequest } from '../protocol/set/projection.ts';

/** UMAP's own defaults; a picture has fewer neighbours where there are fewer pictures. */
const NEIGHBOURS = 15;
const LEAST_DISTANCE = 0.1;
/** Components that UMAP starts from: what is beyond them is noise for a map, and takes its time. */
const COMPONENTS = 24;
/** Below this there is nothing to be near to. */
const FEWEST = 5;
/** Epochs between what is said of them. */
const SAID_EACH = 5;
const SEED = 42;

/** Says the principal components, then how far UMAP is, then what came of it; the same for the same features. */
export function projectFeatures(
  { features, count }: ProjectionRequest,
  say: (said: ProjectionMessage) => void,
): void {
  // Two are there in a fraction of the time that all take.
  const widest = principalComponents(features, count, 2);
  const [first = 0, second = 0] = widest.shares;
  const plane = inPlane(widest.points, count, widest.count);
  say({ kind: 'projection', projection: { by: 'pca', points: plane }, share: first + second });
  if (count < FEWEST) return;
  const components = principalComponents(features, count, COMPONENTS);
  const random = keyedRandom(SEED, 'map of pictures');
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, count - 1),
    minDist: LEAST_DISTANCE,
    random: () => random.uniform(0, 1),
  });
  const width = components.count;
  const rows = Array.from({ length: count }, (_, row) =>
    Array.from(components.points.subarray(row * width, (row + 1) * width)),
  );
  const total = umap.initializeFit(rows);
  for (let epoch = 0; epoch < total; epoch++) {
    umap.step();
    if (epoch % SAID_EACH === 0) say({ kind: 'progress', done: epoch + 1, total });
  }
  const points = Float32Array.from(umap.getEmbedding().flat());
  say({ kind: 'projection', projection: { by: 'umap', points }, share: 1 });
}

/** A table of two columns at most as one of two; what it lacks is 0. */
function inPlane(table: Float32Array, rows: number, width: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * 2 }, (_, at) =>
    at % 2 < width ? (table[Math.floor(at / 2) * width + (at % 2)] ?? 0) : 0,
  );
}
