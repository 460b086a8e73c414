/** The entry of a Node thread that prepares pictures. */
import { parentPort } from 'node:worker_threads';
import { decodePicture } from '../../platform/pictures/decode.node.ts';
import { answerJob, type JobMessage, type ThreadMessage } from './prepare.ts';

const post = (message: ThreadMessage, transfer: ArrayBuffer[] = []): void => {
  parentPort?.postMessage(message, transfer);
};

parentPort?.on('message', (message: JobMessage) => {
  void answerJob(decodePicture, message, post);
});
post({ kind: 'ready' });
