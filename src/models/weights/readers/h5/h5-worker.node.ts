/** The entry of a Node thread that reads HDF5. */
import { parentPort } from 'node:worker_threads';
import { answerH5Job, type H5Job, type H5Message } from './job.ts';
import { loadLibrary } from './library.ts';

const post = (message: H5Message, transfer: ArrayBuffer[] = []): void => {
  parentPort?.postMessage(message, transfer);
};

parentPort?.on('message', (job: H5Job) => {
  void answerH5Job(job, post);
});
// A file's time begins when the library is there.
await loadLibrary();
post({ kind: 'ready' });
