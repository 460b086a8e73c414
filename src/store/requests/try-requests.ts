/** What the page asks of a trained network that is tried. Answers are the asker's: the state keeps none of them. */
import type { Call, StudioClient } from '../../client/studio-client.ts';
import { joinFloats } from '../../lib/bytes/join-floats.ts';
import type { Requests } from '../../protocol/messages.ts';
import type { AnsweredRows } from '../../protocol/try.ts';

/** Some seconds' worth on a slow device: progress is seen, and other questions come in between. */
const ROWS_A_REQUEST = 64;

/** What is asked of a network about pictures of the open set. */
export interface RowsAsked {
  readonly runId: string;
  readonly rows: ArrayLike<number>;
  readonly wantsFeatures: boolean;
  /** Hears how many are done. */
  readonly onProgress: (done: number) => void;
  readonly signal: AbortSignal;
}

export class TryRequests {
  constructor(readonly engine: Pick<StudioClient, 'request'>) {}

  /** Makes a finished run's network ready. */
  open(runId: string): Call<'openNetwork'> {
    return this.engine.request('openNetwork', { runId });
  }

  /** What it says of a picture. */
  predict(input: Requests['predict']['input']): Call<'predict'> {
    return this.engine.request('predict', input);
  }

  /** What it says while one place of a row after another is covered. */
  occlude(input: Requests['occlude']['input']): Call<'occlude'> {
    return this.engine.request('occlude', input);
  }

  /** How it does on the test pictures of the open set. */
  evaluateOpen(runId: string): Call<'evaluateOpen'> {
    return this.engine.request('evaluateOpen', { runId });
  }

  /** What it says of pictures of the open set, in their order. @throws StudioError; DOMException `AbortError` */
  async askRows({ runId, rows, wantsFeatures, onProgress, signal }: RowsAsked): Promise<AnsweredRows> {
    const all = Array.from(rows);
    const answers: AnsweredRows[] = [];
    for (let from = 0; from < all.length; from += ROWS_A_REQUEST) {
      signal.throwIfAborted();
      const some = all.slice(from, from + ROWS_A_REQUEST);
      const call = this.engine.request('askRows', { runId, rows: some, wantsFeatures });
      const cancel = (): void => call.control('cancel');
      signal.addEventListener('abort', cancel);
      try {
        answers.push(await call.result);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
      onProgress(from + some.length);
    }
    return {
      probabilities: joinFloats(answers.map(({ probabilities }) => probabilities)),
      features: wantsFeatures ? joinFloats(answers.flatMap(({ features }) => features ?? [])) : null,
    };
  }
}
