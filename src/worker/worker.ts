/**
 * The worker's entry: makes a session on this browser's platform and serves the page's requests.
 */
import threadedSimdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import libraryUrl from '@tensorflow/tfjs/dist/tf.es2017.min.js?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { loadCatalog } from '../engine/catalog.ts';
import { Session } from '../engine/session.ts';
import { discardLeft } from '../engine/set/stored.ts';
import { createPlatform } from '../platform/browser.ts';
import type { FromWorker, ToWorker } from '../protocol/messages.ts';
import { Dispatcher } from './dispatch.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

const post = (message: FromWorker, transfer: Transferable[] = []): void => {
  scope.postMessage(message, transfer);
};
const platform = createPlatform({
  libraryUrl,
  beforeFirstWrite: () => {
    post({ kind: 'keepStored' });
  },
});
const paths = {
  'tfjs-backend-wasm.wasm': plainUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedSimdUrl,
};
const session = new Session(platform, { paths });
const dispatcher = new Dispatcher(session, post);

scope.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  dispatcher.receive(data);
});

void discardLeft(platform);
// A failure here rejects, which the page hears as the worker's error.
post({ kind: 'ready', catalog: await loadCatalog(platform) });
