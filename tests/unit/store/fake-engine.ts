/** An engine for tests of the store: what it was asked, and answers by hand. */
import type { RunEvent } from '../../../src/protocol/events.ts';
import type { RequestKind } from '../../../src/protocol/messages.ts';
import type { Engine } from '../../../src/store/studio.ts';
import { catalog, dataset, device, model, result } from './samples.ts';

/** A request that it was asked. */
interface Asked {
  readonly kind: RequestKind;
  readonly input: unknown;
  readonly controls: string[];
  readonly emit: (event: RunEvent) => void;
  readonly answer: (output: unknown) => void;
  readonly refuse: (error: unknown) => void;
}

/** An engine that answers at once, save what the test answers itself. */
export function fakeEngine(byHand: readonly RequestKind[] = []) {
  const asked: Asked[] = [];
  const answers: Partial<Record<RequestKind, unknown>> = {
    chooseDevice: device,
    openDataset: dataset,
    describeModel: model,
    train: result,
    ...{ listRuns: [], listQueue: { studies: [], trouble: null } },
    listKept: { runs: [], room: { takenBytes: 0, frozenBytes: 0, freeBytes: null }, trouble: null },
  };
  const request = (kind: RequestKind, input: unknown, emit: (event: RunEvent) => void) => {
    let resolve: (output: unknown) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const promise = new Promise<unknown>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const controls: string[] = [];
    asked.push({ kind, input, controls, emit, answer: resolve, refuse: reject });
    if (!byHand.includes(kind)) resolve(answers[kind]);
    return { result: promise, control: (action: string) => controls.push(action) };
  };
  const engine = { ready: Promise.resolve(catalog), request } as unknown as Engine;
  return { engine, asked, kinds: () => asked.map(({ kind }) => kind) };
}
