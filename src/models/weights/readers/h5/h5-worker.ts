/** The entry of a browser's worker that reads HDF5. */
import { answerH5Job, type H5Job, type H5Message } from './job.ts';
import { loadLibrary } from './library.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (message: H5Message, transfer: ArrayBuffer[] = []): void => {
  scope.postMessage(message, transfer);
};

scope.addEventListener('message', ({ data }: MessageEvent<H5Job>) => {
  void answerH5Job(data, post);
});
// A file's time begins when the library is there.
await loadLibrary();
post({ kind: 'ready' });
