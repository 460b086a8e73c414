/** Every state that the page can be held in, and how to get there with the scripted engine. */
import type { Page } from 'playwright-core';
import { runEvents } from './ui-made-up.ts';
import { emit, fail, finish } from './ui-script.ts';

/** A state: its name, what leads there, and a word that the bar then says. */
export interface PageState {
  readonly name: string;
  readonly bar: RegExp;
  readonly reach: (page: Page) => Promise<void>;
}

async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
}

const step = {
  kind: 'step',
  phaseIndex: 1,
  epoch: 6,
  step: 14,
  steps: 23,
  loss: 0.98,
  accuracy: 0.65,
  stepMs: 46,
} as const;

async function midway(page: Page): Promise<void> {
  await train(page);
  await emit(page, ...runEvents(12, 5, false), step);
}

/** See the header. */
export const states: readonly PageState[] = [
  { name: 'idle', bar: /Ready/, reach: () => Promise.resolve() },
  {
    name: 'downloading',
    bar: /Downloading pictures/,
    reach: async (page) => {
      await train(page);
      const stage = {
        kind: 'progress',
        stage: 'dataset',
        label: 'Downloading pictures',
        unit: 'bytes',
      } as const;
      await emit(page, { ...stage, done: 100_000_000, total: 318_000_000 });
      await page.waitForTimeout(700);
      await emit(page, { ...stage, done: 187_400_000, total: 318_000_000 });
    },
  },
  {
    name: 'preparing',
    bar: /Loading the backbone/,
    reach: async (page) => {
      await train(page);
      await emit(page, {
        kind: 'progress',
        stage: 'weights',
        label: 'Loading the backbone’s weights',
        done: 0,
        total: null,
        unit: 'bytes',
      });
    },
  },
  {
    name: 'head',
    bar: /Head 5 of 12/,
    reach: async (page) => {
      await train(page);
      await emit(page, ...runEvents(4, 0, false), {
        ...step,
        phaseIndex: 0,
        epoch: 5,
        loss: 1.7,
        accuracy: 0.4,
      });
    },
  },
  { name: 'running', bar: /Fine-tune 6 of 12/, reach: midway },
  {
    name: 'pausing',
    bar: /Pausing/,
    reach: async (page) => {
      await midway(page);
      await page.getByRole('button', { name: 'Pause' }).click();
    },
  },
  {
    name: 'paused',
    bar: /Paused/,
    reach: async (page) => {
      await midway(page);
      await emit(page, { kind: 'state', state: 'paused' });
    },
  },
  {
    name: 'stopping',
    bar: /Stopping/,
    reach: async (page) => {
      await midway(page);
      await page.getByRole('button', { name: 'Stop' }).click();
    },
  },
  {
    name: 'gpu-lost',
    bar: /GPU went away/,
    reach: async (page) => {
      await midway(page);
      await emit(page, { kind: 'deviceLost', reason: 'the driver was reset' });
    },
  },
  {
    name: 'failed',
    bar: /Stopped: fine-tune 6 of 12/,
    reach: async (page) => {
      await midway(page);
      await fail(page, {
        code: 'train/diverged',
        message: 'Expected a loss that is a number; after step 14 of epoch 6 it was NaN.',
        hint: 'Lower the learning rate of fine-tuning, then train again.',
        retryable: true,
        cause: null,
      });
    },
  },
  {
    name: 'stopped',
    bar: /Stopped/,
    reach: async (page) => {
      await midway(page);
      await finish(page, runEvents(12, 5, false), true);
    },
  },
  {
    name: 'finished',
    bar: /Finished/,
    reach: async (page) => {
      await train(page);
      await emit(page, ...runEvents(12, 10, true));
      await finish(page, runEvents(12, 10, true));
    },
  },
];
