/** What the headless command prints while a run goes on. */
import { formatClock, formatDuration, formatLoss, formatPercent } from '../../src/lib/format.ts';
import type { RunEvent, RunResult } from '../../src/protocol/events.ts';

export interface Reporter {
  event(event: RunEvent): void;
  finished(result: RunResult, outFolder: string): void;
}

/** Events as JSON lines on standard output; typed arrays as arrays of numbers. */
export class JsonReporter implements Reporter {
  event(event: RunEvent): void {
    process.stdout.write(`${JSON.stringify(event, plainArrays)}\n`);
  }

  finished(result: RunResult, outFolder: string): void {
    const { runId, stopped, test } = result;
    const summary = { kind: 'finished', runId, stopped, testAccuracy: test?.accuracy ?? null, outFolder };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  }
}

/** `JSON.stringify` writes typed arrays as objects; this makes them arrays. */
export function plainArrays(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  return value;
}

/** One line that is rewritten while something is under way, and a line an epoch. */
export class TerminalReporter implements Reporter {
  #phase = '';
  #epochs = 0;
  readonly #start = Date.now();

  event(event: RunEvent): void {
    switch (event.kind) {
      case 'device':
        this.#line(`${event.device.label}. ${event.device.why}`);
        break;
      case 'dataset': {
        const { labels, split, origin } = event.dataset;
        const counts = [split.train.length, split.validation.length, split.test.length].join(' / ');
        this.#line(`${origin}: ${labels.length.toString()} classes, ${counts} train / validation / test`);
        break;
      }
      case 'progress':
        this.#now(`${event.label}: ${event.done.toString()} of ${event.total?.toString() ?? '?'} ${event.unit}`);
        break;
      case 'phase':
        this.#phase = event.phase === 'head' ? 'Head' : 'Fine-tune';
        this.#epochs = event.epochs;
        break;
      case 'step':
        this.#now(
          `${this.#phase} ${event.epoch.toString()} of ${this.#epochs.toString()}, step ${event.step.toString()} of ` +
            `${event.steps.toString()}  loss ${formatLoss(event.loss)}  ${formatPercent(event.accuracy)}`,
        );
        break;
      case 'epoch': {
        const { epoch, loss, accuracy, valLoss, valAccuracy, seconds } = event.record;
        this.#line(
          `${this.#phase} ${epoch.toString()} of ${this.#epochs.toString()}  train ${formatLoss(loss)} ${formatPercent(accuracy)}` +
            `  validation ${formatLoss(valLoss)} ${formatPercent(valAccuracy)}  ${formatDuration(seconds)}${event.isBest ? '  best' : ''}`,
        );
        break;
      }
      case 'phaseEnd':
        this.#line(
          `${this.#phase} ${event.stoppedEarly ? 'stopped early' : 'done'}: epoch ${event.bestEpoch.toString()} kept, ` +
            `validation ${formatPercent(event.evaluation.accuracy)}`,
        );
        break;
      case 'test':
        this.#line(`Test: loss ${formatLoss(event.evaluation.loss)}, top-1 ${formatPercent(event.evaluation.accuracy)}`);
        break;
      case 'deviceLost':
        this.#line(`The GPU went away: ${event.reason}`);
        break;
      case 'model':
      case 'state':
        break;
      default:
        event satisfies never;
    }
  }

  finished(result: RunResult, outFolder: string): void {
    const took = formatClock((Date.now() - this.#start) / 1000);
    this.#line(`${result.stopped ? 'Stopped' : 'Finished'} after ${took}. Written to ${outFolder}.`);
  }

  #now(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  }

  #line(text: string): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    process.stdout.write(`${text}\n`);
  }
}
