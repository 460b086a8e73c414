/**
 * An engine that plays a script instead of training, so that a test can hold the page in any state: it takes the
 * worker's place in the page. Device, catalog and network are the real engine's; losses and pictures are made up here.
 */
import type { Page } from 'playwright-core';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { describeNetwork } from '../../src/engine/network.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import type { Catalog } from '../../src/protocol/catalog.ts';
import type { DeviceReport } from '../../src/protocol/device.ts';
import type { WireError } from '../../src/protocol/errors.ts';
import type { RunEvent } from '../../src/protocol/events.ts';
import type { ModelSummary } from '../../src/protocol/model.ts';
import { parseRecipe } from '../../src/protocol/recipe.ts';
import { installScriptedWorker } from './ui-scripted-worker.ts';

/** What the scripted worker answers with. */
export interface Script {
  readonly catalog: Catalog;
  readonly model: ModelSummary;
  readonly device: DeviceReport;
  /** Class names. */
  readonly labels: readonly string[];
  readonly pictures: number;
}

const labels = ['anger', 'content', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];

const device: DeviceReport = {
  backend: 'wasm',
  label: 'wasm · 4 threads',
  why: 'The only WebGPU adapter here is software (SwiftShader), some 90 times slower than wasm.',
  chosenBy: 'policy',
  candidates: [
    {
      backend: 'webgpu',
      available: true,
      suitable: false,
      name: 'SwiftShader',
      why: 'In software, so slower than wasm.',
    },
    { backend: 'webgl', available: false, suitable: false, name: '', why: 'There is no WebGL here.' },
    {
      backend: 'wasm',
      available: true,
      suitable: true,
      name: '4 threads',
      why: 'The fastest without a GPU.',
    },
    {
      backend: 'cpu',
      available: true,
      suitable: true,
      name: 'plain JavaScript',
      why: 'Runs anywhere, slowest of all.',
    },
  ],
};

/** Puts the scripted engine into a page that is not open yet. */
export async function useScript(page: Page, change: Partial<Script> = {}): Promise<void> {
  const catalog = await loadCatalog(createPlatform());
  const recipe = parseRecipe(catalog.presets[0]?.recipe);
  const model = describeNetwork(recipe, labels.length);
  await page.addInitScript(installScriptedWorker, {
    catalog,
    model,
    device,
    labels,
    pictures: 1200,
    ...change,
  });
}

/** A run event; evaluations are made in the page, where typed arrays are. */
export type ScriptedEvent =
  | Exclude<RunEvent, { kind: 'phaseEnd' | 'test' | 'dataset' | 'model' | 'device' }>
  | {
      readonly kind: 'phaseEnd';
      readonly phaseIndex: number;
      readonly stoppedEarly: boolean;
      readonly bestEpoch: number;
      readonly skill: number;
    }
  | { readonly kind: 'test'; readonly skill: number };

/** Has the run under way say something. */
export async function emit(page: Page, ...events: readonly ScriptedEvent[]): Promise<void> {
  await page.evaluate((all) => {
    for (const event of all) window.scripted.emit(event);
  }, events);
}

/** Ends the run under way. */
export async function finish(page: Page, stopped = false): Promise<void> {
  await page.evaluate((early) => window.scripted.finish(early), stopped);
}

/** Ends the latest request with an error. */
export async function fail(page: Page, error: WireError): Promise<void> {
  await page.evaluate((wire) => window.scripted.fail(wire), error);
}

/** The events of a run up to an epoch of fine-tuning, with losses that fall as they do in life. */
export function runEvents(headEpochs: number, tuneEpochs: number, hasEnded: boolean): ScriptedEvent[] {
  const events: ScriptedEvent[] = [phase(0, 'head', 5000), ...epochs(0, headEpochs, 2.0, 1.45, 0.2, 0.47)];
  if (tuneEpochs === 0) return events;
  const ended = {
    kind: 'phaseEnd',
    phaseIndex: 0,
    stoppedEarly: false,
    bestEpoch: headEpochs,
    skill: 1.2,
  } as const;
  events.push(ended, phase(1, 'fineTune', 302_000), ...epochs(1, tuneEpochs, 1.35, 0.85, 0.5, 0.7));
  if (hasEnded) {
    events.push({ ...ended, phaseIndex: 1, stoppedEarly: true, bestEpoch: tuneEpochs - 2, skill: 2.2 });
    events.push({ kind: 'test', skill: 2.1 });
  }
  return events;
}

function phase(phaseIndex: number, name: 'head' | 'fineTune', trainableParameters: number): ScriptedEvent {
  return { kind: 'phase', phaseIndex, phase: name, epochs: 12, stepsPerEpoch: 23, trainableParameters };
}

function epochs(
  phaseIndex: number,
  count: number,
  from: number,
  to: number,
  accuracyFrom: number,
  accuracyTo: number,
): ScriptedEvent[] {
  const best = phaseIndex === 0 ? count : count - 2;
  return Array.from({ length: count }, (_, index) => {
    const part = 1 - Math.exp((-3 * (index + 1)) / 12);
    const wobble = 0.02 * Math.sin(index * 2.4);
    const loss = from + (to - from) * part + wobble;
    const accuracy = accuracyFrom + (accuracyTo - accuracyFrom) * part - wobble;
    const epoch = index + 1;
    const record = {
      phase: phaseIndex === 0 ? ('head' as const) : ('fineTune' as const),
      phaseIndex,
      epoch,
      loss,
      accuracy,
      valLoss: loss + 0.06 + 0.05 * Math.max(0, epoch - best),
      valAccuracy: accuracy - 0.02 - 0.01 * Math.max(0, epoch - best),
      learningRate: phaseIndex === 0 ? 0.001 : 0.0003,
      seconds: phaseIndex === 0 ? 1.3 : 5.4,
    };
    return { kind: 'epoch' as const, record, isBest: epoch <= best };
  });
}
