/** The worker's side of the contract, with a real session on wasm: one end a request, looks served while a run goes on. */
import { expect, it } from 'vitest';
import type { FromWorker, Request } from '../../src/protocol/messages.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import { openSession, tinyRecipe } from '../support/session.ts';

type Ending = Extract<FromWorker, { kind: 'done' | 'failed' | 'cancelled' }>;

/** Posts requests and resolves with all that was said once each has ended, and those that are sent later. */
async function converse(
  requests: readonly Request[],
  onMessage: (message: FromWorker, dispatcher: Dispatcher) => void = () => undefined,
  later: readonly number[] = [],
): Promise<FromWorker[]> {
  const said: FromWorker[] = [];
  const session = await openSession('wasm');
  const open = new Set([...requests.map(({ id }) => id), ...later]);
  await new Promise<void>((resolve) => {
    const dispatcher: Dispatcher = new Dispatcher(session, (message) => {
      said.push(message);
      if (message.kind === 'done' || message.kind === 'failed' || message.kind === 'cancelled') {
        open.delete(message.id);
      }
      onMessage(message, dispatcher);
      if (open.size === 0) resolve();
    });
    for (const request of requests) dispatcher.receive(request);
  });
  return said;
}

const endings = (said: readonly FromWorker[]): Ending[] =>
  said.filter((message): message is Ending => ['done', 'failed', 'cancelled'].includes(message.kind));

it('shows pictures while a run goes on', async () => {
  const recipe = await tinyRecipe();
  let asked = false;
  const said = await converse(
    [
      { kind: 'train', id: 1, input: { recipe } },
      { kind: 'openDataset', id: 2, input: { recipe } },
    ],
    (message, dispatcher) => {
      if (asked || message.kind !== 'event' || message.event.kind !== 'epoch') return;
      asked = true;
      dispatcher.receive({ kind: 'pictures', id: 3, input: { rows: [5, 2] } });
    },
  );
  expect(endings(said).map(({ id, kind }) => [id, kind])).toEqual([
    [3, 'done'],
    [1, 'done'],
    [2, 'done'],
  ]);
});

it('makes pictures small, and says where one comes from', async () => {
  const recipe = await tinyRecipe();
  const ended = endings(
    await converse(
      [{ kind: 'openDataset', id: 1, input: { recipe } }],
      (message, dispatcher) => {
        if (message.kind !== 'done') return;
        if (message.id === 1) {
          dispatcher.receive({ kind: 'thumbnails', id: 2, input: { rows: [5, 2], size: 8 } });
          dispatcher.receive({ kind: 'describePictures', id: 3, input: { rows: [5] } });
          dispatcher.receive({ kind: 'pictures', id: 4, input: { rows: [2] } });
          dispatcher.receive({ kind: 'describePictures', id: 5, input: { rows: [80] } });
        }
      },
      [2, 3, 4, 5],
    ),
  );
  const outputOf = (id: number) =>
    ended.flatMap((ending) => (ending.kind === 'done' && ending.id === id ? [ending.output] : []))[0];
  const [small, facts, large] = [outputOf(2), outputOf(3), outputOf(4)];
  if (small === undefined || !('rgba' in small) || large === undefined || !('rgba' in large)) {
    return expect.unreachable();
  }
  expect([small.size, small.rgba.length]).toEqual([8, 2 * 8 * 8 * 4]);
  // The first small pixel of row 2 is the mean of 4 x 4 large ones.
  const mean = [0, 1, 2, 3].flatMap((y) => [0, 1, 2, 3].map((x) => large.rgba[(y * 32 + x) * 4] ?? 0));
  const expected = mean.reduce((sum, value) => sum + value, 0) / 16;
  // Pillow rounds after each of two passes.
  expect(Math.abs((small.rgba[8 * 8 * 4] ?? NaN) - expected)).toBeLessThanOrEqual(1);
  expect(facts).toMatchObject([{ sourceRow: 5, format: 'jpeg' }]);
  expect(ended.find(({ id }) => id === 5)).toMatchObject({ error: { code: 'bug/invariant' } });
});

it('ends a cancelled request with cancelled, and one that waited for it all the same', async () => {
  const recipe = await tinyRecipe();
  const said = await converse(
    [
      { kind: 'train', id: 1, input: { recipe } },
      { kind: 'openDataset', id: 2, input: { recipe } },
    ],
    (message, dispatcher) => {
      if (message.kind === 'event' && message.event.kind === 'step') {
        dispatcher.receive({ kind: 'control', id: 1, action: 'cancel' });
      }
    },
  );
  expect(endings(said).map(({ id, kind }) => [id, kind])).toEqual([
    [1, 'cancelled'],
    [2, 'done'],
  ]);
});

it('lets a search for a learning rate wait its turn, be heard and be cancelled', async () => {
  const recipe = await tinyRecipe();
  const said = await converse(
    [
      { kind: 'train', id: 1, input: { recipe } },
      { kind: 'findRate', id: 2, input: { recipe, phaseIndex: 0 } },
      { kind: 'findRate', id: 3, input: { recipe, phaseIndex: 1 } },
    ],
    (message, dispatcher) => {
      if (message.kind === 'done' && 'runId' in message.output) {
        const input = { format: 'tfjs', runId: message.output.runId };
        dispatcher.receive({ kind: 'export', id: 4, input });
      }
      if (message.kind === 'event' && message.id === 3 && message.event.kind === 'rates') {
        dispatcher.receive({ kind: 'control', id: 3, action: 'cancel' });
      }
    },
    [4],
  );
  expect(endings(said).map(({ id, kind }) => [id, kind])).toEqual([
    [1, 'done'],
    [2, 'done'],
    [3, 'cancelled'],
    // What the run before the searches has trained.
    [4, 'done'],
  ]);
  const told = said.filter((message) => message.kind === 'event' && message.event.kind === 'rates');
  expect(new Set(told.map((message) => 'id' in message && message.id))).toEqual(new Set([2, 3]));
});

it('sends an error across whole: code, message and hint', async () => {
  const recipe = await tinyRecipe({ dataset: { source: 'attic' } });
  const [failed] = endings(await converse([{ kind: 'openDataset', id: 1, input: { recipe } }]));
  if (failed?.kind !== 'failed') throw new TypeError('the request fails');
  expect(failed.error).toMatchObject({ code: 'recipe/unknown-source', retryable: false });
  expect(failed.error.message).toContain('attic');
  expect(failed.error.hint).not.toBe('');
});
