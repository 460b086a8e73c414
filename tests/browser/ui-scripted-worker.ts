/** Runs in the page, before its own code: a `Worker` that answers from a script and says what the test has it say. */
import type { DatasetSummary } from '../../src/protocol/dataset.ts';
import type { WireError } from '../../src/protocol/errors.ts';
import type { EpochRecord, Evaluation } from '../../src/protocol/events.ts';
import type { FromWorker, ToWorker } from '../../src/protocol/messages.ts';
import type { Recipe } from '../../src/protocol/recipe.ts';
import type { Script, ScriptedEvent } from './ui-script.ts';

declare global {
  interface Window {
    /** What the test steers the scripted worker with. */
    scripted: {
      emit(event: ScriptedEvent): void;
      finish(stopped: boolean): void;
      fail(error: WireError): void;
      /** Requests that wait for the test instead of being answered at once. */
      held: Set<string>;
    };
  }
}

/** Everything is inside, because the function is handed to the page as its source text. */
export function installScriptedWorker(script: Script): void {
  let page: ScriptedWorker | null = null;
  let training: { id: number; recipe: Recipe } | null = null;
  let latest = 0;
  const history: EpochRecord[] = [];
  const held = new Set<string>(['train']);

  const random = (seed: number): number => {
    const value = Math.sin(seed * 127.1 + 11.7) * 43758.5453;
    return value - Math.floor(value);
  };

  const dataset = ((): DatasetSummary => {
    const rows = Array.from({ length: script.pictures }, (_, row) => row);
    const part = (from: number, to: number): Uint32Array =>
      Uint32Array.from(rows.slice(Math.round(from * rows.length), Math.round(to * rows.length)));
    return {
      source: 'sample',
      noun: 'faces',
      origin: 'built-in drawn faces',
      labels: script.labels,
      labelOfRow: Uint16Array.from(rows, (row) => Math.floor(random(row) * script.labels.length)),
      split: { train: part(0, 0.6), validation: part(0.6, 0.8), test: part(0.8, 1) },
      cleaning: {
        rowsRead: rows.length,
        withoutPicture: 0,
        withoutLabel: 0,
        undecodable: 0,
        kept: rows.length,
      },
      sizeBytes: 4_850_105,
    };
  })();

  const evaluate = (split: 'validation' | 'test', skill: number): Evaluation => {
    const classes = script.labels.length;
    const rows = dataset.split[split];
    const probabilities = new Float32Array(rows.length * classes);
    const counts = script.labels.map(() => script.labels.map(() => 0));
    let right = 0;
    rows.forEach((row, index) => {
      const truth = dataset.labelOfRow[row] ?? 0;
      const scores = script.labels.map((_, label) =>
        Math.exp(
          2 * random(row * 31 + label * 7 + skill) +
            (label === truth ? skill : label === (truth + 3) % classes ? 0.6 : 0),
        ),
      );
      const sum = scores.reduce((all, score) => all + score, 0);
      scores.forEach((score, label) => (probabilities[index * classes + label] = score / sum));
      const predicted = scores.indexOf(Math.max(...scores));
      if (predicted === truth) right++;
      const ofTruth = counts[truth];
      if (ofTruth !== undefined) ofTruth[predicted] = (ofTruth[predicted] ?? 0) + 1;
    });
    const perClass = script.labels.map((label, index) => {
      const hits = counts[index]?.[index] ?? 0;
      const support = (counts[index] ?? []).reduce((all, count) => all + count, 0);
      const predicted = counts.reduce((all, row) => all + (row[index] ?? 0), 0);
      const precision = predicted === 0 ? 0 : hits / predicted;
      const recall = support === 0 ? 0 : hits / support;
      return {
        label,
        precision,
        recall,
        f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
        support,
      };
    });
    const accuracy = right / rows.length;
    return {
      split,
      loss: 1,
      accuracy,
      macroF1: perClass.reduce((all, one) => all + one.f1, 0) / classes,
      interval: [accuracy - 0.06, accuracy + 0.06],
      labels: script.labels,
      confusionMatrix: counts,
      perClass,
      rows,
      probabilities,
    };
  };

  const sheet = (rows: readonly number[], size: number) => {
    const rgba = new Uint8ClampedArray(rows.length * size * size * 4);
    rows.forEach((row, index) => {
      for (let pixel = 0; pixel < size * size; pixel++) {
        const x = (pixel % size) / size - 0.5;
        const y = Math.floor(pixel / size) / size - 0.5;
        const isFace = x * x + y * y * 0.8 < 0.13;
        const at = (index * size * size + pixel) * 4;
        rgba[at] = isFace ? 150 + 80 * random(row) : 90 + 90 * random(row + 1);
        rgba[at + 1] = isFace ? 110 + 70 * random(row) : 90 + 90 * random(row + 2);
        rgba[at + 2] = isFace ? 90 + 50 * random(row) : 90 + 90 * random(row + 3);
        rgba[at + 3] = 255;
      }
    });
    return { size, rows, rgba };
  };

  class ScriptedWorker extends EventTarget {
    constructor() {
      super();
      page = this;
      this.say({ kind: 'ready', catalog: script.catalog });
    }

    say(message: FromWorker): void {
      setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: message })), 0);
    }

    postMessage(message: ToWorker): void {
      if (message.kind === 'control') {
        const states = { pause: 'pausing', resume: 'running', stop: 'stopping', cancel: 'stopping' } as const;
        if (training?.id === message.id) {
          this.say({
            kind: 'event',
            id: message.id,
            event: { kind: 'state', state: states[message.action] },
          });
        }
        return;
      }
      latest = message.id;
      if (message.kind === 'train') training = { id: message.id, recipe: message.input.recipe };
      if (!held.has(message.kind)) this.say({ kind: 'done', id: message.id, output: this.answer(message) });
    }

    answer(message: Exclude<ToWorker, { kind: 'control' }>): Extract<FromWorker, { kind: 'done' }>['output'] {
      switch (message.kind) {
        case 'chooseDevice':
          return script.device;
        case 'openDataset':
          return dataset;
        case 'pictures':
          return sheet(message.input.rows, 64);
        case 'views': {
          const rows = Array.from({ length: message.input.count }, () => message.input.row);
          return { ...sheet(rows, 64), captions: rows.map((_, index) => `flip, ${String(3 * index)}°`) };
        }
        case 'describeModel':
          return script.model;
        default:
          return { fileName: 'mien.zip', mimeType: 'application/zip', bytes: new Uint8Array([80, 75]) };
      }
    }

    terminate(): void {
      page = null;
    }
  }

  window.Worker = ScriptedWorker as unknown as typeof Worker;
  window.scripted = {
    held,
    emit(event) {
      if (training === null) return;
      if (event.kind === 'epoch') history.push(event.record);
      const { id } = training;
      if (event.kind === 'phaseEnd') {
        const { skill, ...rest } = event;
        page?.say({ kind: 'event', id, event: { ...rest, evaluation: evaluate('validation', skill) } });
      } else if (event.kind === 'test') {
        page?.say({ kind: 'event', id, event: { kind: 'test', evaluation: evaluate('test', event.skill) } });
      } else {
        page?.say({ kind: 'event', id, event });
      }
    },
    finish(stopped) {
      if (training === null) return;
      const { id, recipe } = training;
      page?.say({
        kind: 'done',
        id,
        output: {
          runId: String(id),
          recipe,
          history,
          test: history.length === 0 ? null : evaluate('test', 2.1),
          stopped,
          device: script.device,
          cleaning: dataset.cleaning,
          secondsByStage: {},
          versions: {},
        },
      });
    },
    fail(error) {
      page?.say({ kind: 'failed', id: training?.id ?? latest, error });
    },
  };
}
