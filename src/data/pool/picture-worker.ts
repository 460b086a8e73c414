/** The entry of a browser's worker that prepares pictures. */
import { decodePicture } from '../../platform/pictures/decode.browser.ts';
import { answerJob, type JobMessage, type ThreadMessage } from './prepare.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const post = (message: ThreadMessage, transfer: ArrayBuffer[] = []): void => {
  scope.postMessage(message, transfer);
};

scope.addEventListener('message', ({ data }: MessageEvent<JobMessage>) => {
  void answerJob(decodePicture, data, post);
});
post({ kind: 'ready' });
