/** The page's side of the worker that lays pictures out in a plane: started for one map, ended with it. */
import { StudioError } from '../protocol/errors.ts';
import type { Projection, ProjectionRequest, ProjectionMessage } from '../protocol/set/projection.ts';

/** Who hears what comes of it. */
export interface ProjectionListeners {
  /** @param share of the features' variance that is in it, 0 to 1 */
  readonly onProjection: (projection: Projection, share: number) => void;
  readonly onProgress: (done: number, total: number) => void;
  readonly onFailure: (error: StudioError) => void;
}

/**
 * Lays pictures out.
 *
 * @returns what ends it
 */
export function project({ features, count }: ProjectionRequest, heard: ProjectionListeners): () => void {
  const worker = new Worker(new URL('../worker/projection.ts', import.meta.url), {
    type: 'module',
    name: 'mien-map',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<ProjectionMessage>) => {
    switch (data.kind) {
      case 'projection':
        heard.onProjection(data.projection, data.share);
        if (data.projection.by === 'umap') worker.terminate();
        break;
      case 'progress':
        heard.onProgress(data.done, data.total);
        break;
      case 'failed':
        worker.terminate();
        heard.onFailure(notLaidOut(data.message));
        break;
      default:
        data satisfies never;
    }
  });
  worker.addEventListener('error', ({ message }) => heard.onFailure(notLaidOut(message)));
  worker.postMessage({ features, count } satisfies ProjectionRequest, [features.buffer]);
  return () => worker.terminate();
}

function notLaidOut(reason: string): StudioError {
  return new StudioError({
    code: 'bug/worker-failed',
    message: `The map of the pictures was being made; the part of Mien that makes it stopped: ${reason === '' ? 'its script could not be loaded' : reason}.`,
    hint: 'Close the map and open it again. If the network is gone, wait until it is back.',
    retryable: true,
  });
}
