/**
 * An engine that plays a script instead of training, so that a test can hold the page in any state: it takes the
 * worker's place in the page. Catalog and network are the real engine's; the set and the losses are made up.
 */
import type { Page } from 'playwright-core';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { describeNetwork } from '../../src/engine/network.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import type { WireError } from '../../src/protocol/errors.ts';
import type { EpochRecord, RunEvent, RunResult } from '../../src/protocol/events.ts';
import type { RequestKind } from '../../src/protocol/messages.ts';
import { invariant } from '../../src/protocol/errors.ts';
import { dataset, device, evaluate } from './ui-made-up.ts';
import { installScriptedWorker } from './ui-scripted-worker.ts';

/** What a page's scripted engine does differently from answering every request but `train` at once. */
export interface ScriptOptions {
  /** Requests that wait for {@link fail}. */
  readonly held?: readonly RequestKind[];
}

/** Puts the scripted engine into a page that is not open yet. */
export async function useScript(page: Page, { held = [] }: ScriptOptions = {}): Promise<void> {
  const catalog = await loadCatalog(createPlatform());
  const recipe = catalog.presets[0]?.recipe;
  invariant(recipe !== undefined, 'there are presets');
  const model = describeNetwork(recipe, dataset.labels.length);
  const answers = { chooseDevice: device, openDataset: dataset, describeModel: model };
  await page.addInitScript(installScriptedWorker, {
    catalog,
    answers: packed(answers),
    held: ['train', ...held],
  });
}

/** Has the run under way say something. */
export async function emit(page: Page, ...events: readonly RunEvent[]): Promise<void> {
  const all = packed(events);
  await page.evaluate((given) => window.scripted.emit(given), all);
}

/** Ends the run under way, with the epochs that it has told of. */
export async function finish(page: Page, events: readonly RunEvent[], stopped = false): Promise<void> {
  const history = events.flatMap((event): EpochRecord[] => (event.kind === 'epoch' ? [event.record] : []));
  const result: Omit<RunResult, 'recipe'> = {
    runId: 'scripted',
    history,
    test: history.length === 0 ? null : evaluate('test', 1.45),
    stopped,
    device,
    cleaning: dataset.cleaning,
    secondsByStage: {},
    versions: {},
  };
  await page.evaluate((given) => window.scripted.finish(given), packed(result));
}

/** Ends the run under way, or else the latest request, with an error. */
export async function fail(page: Page, error: WireError): Promise<void> {
  await page.evaluate((wire) => window.scripted.fail(wire), error);
}

/** A value whose typed arrays are lists with their kind said, because only JSON gets into a page. */
function packed(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Uint16Array || inner instanceof Uint32Array || inner instanceof Float32Array
      ? { typed: inner.constructor.name, values: [...inner] }
      : inner,
  );
}
