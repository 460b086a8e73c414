/** What the headless command prints while a run goes on. */
import {
  countOf,
  formatClock,
  formatDuration,
  formatLoss,
  formatPercent,
  formatPlain,
} from '../../src/lib/format.ts';
import { countedText, editsText, leftOutTexts } from '../../src/protocol/set/cleaning-words.ts';
import type { DatasetSummary } from '../../src/protocol/set/dataset.ts';
import type { EpochRecord, RateSweep, RunEvent, RunResult } from '../../src/protocol/events.ts';

/** Who is told how a run goes on. */
export interface Reporter {
  event(event: RunEvent): void;
  /** What must be known of an export. */
  exported(format: string, notes: readonly string[]): void;
  finished(result: RunResult, outFolder: string): void;
  foundRate(sweep: RateSweep, outFolder: string): void;
}

/** Events as JSON lines on standard output; typed arrays as arrays of numbers. */
export class JsonReporter implements Reporter {
  event(event: RunEvent): void {
    process.stdout.write(`${JSON.stringify(event, plainArrays)}\n`);
  }

  exported(format: string, notes: readonly string[]): void {
    process.stdout.write(`${JSON.stringify({ kind: 'exported', format, notes })}\n`);
  }

  finished(result: RunResult, outFolder: string): void {
    const { runId, stopped, test } = result;
    const summary = { kind: 'finished', runId, stopped, testAccuracy: test?.accuracy ?? null, outFolder };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  }

  foundRate({ phase, phaseIndex, suggested }: RateSweep, outFolder: string): void {
    const summary = { kind: 'finished', phase, phaseIndex, suggested, outFolder };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  }
}

/** `JSON.stringify` writes typed arrays as objects; this makes them arrays. */
export function plainArrays(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  return value;
}

/** What of a set is not used and why, and what else must be known of it; nothing where all is as it stands. */
function leftOutText({ cleaning, findings, edits }: DatasetSummary): string {
  const { inPlace, remarks } = cleaning;
  const leftOut = leftOutTexts({ cleaning, ...(findings === undefined ? {} : { findings }) });
  const told = [
    leftOut.length === 0 ? '' : `. Left out: ${leftOut.join(', ')}`,
    inPlace.length === 0 ? '' : `. In place of pictures: ${inPlace.map(countedText).join(', ')}`,
  ];
  const hints = [...cleaning.passedOver, ...inPlace].flatMap(({ hint }) => (hint === '' ? [] : [hint]));
  const changed = edits === undefined ? '' : `. ${editsText(edits)}`;
  const lines = [...new Set(hints), ...remarks.map(({ message, hint }) => `${message} ${hint}`.trim())];
  return `${told.join('')}${changed}${lines.map((line) => `\n  ${line}`).join('')}`;
}

/** One line that is rewritten while something is under way, and a line an epoch. */
export class TerminalReporter implements Reporter {
  #phase = '';
  #epochs = 0;
  #rates = 0;
  readonly #start = Date.now();

  event(event: RunEvent): void {
    if (event.kind === 'phase') {
      this.#phase = event.phase === 'head' ? 'Head' : 'Fine-tune';
      this.#epochs = event.epochs;
    }
    const passing = this.#passing(event);
    if (passing !== null && process.stderr.isTTY) process.stderr.write(`\r\u001b[K${passing}`);
    const lasting = this.#lasting(event);
    if (lasting !== null) this.#line(lasting);
  }

  /** What the rewritten line says. */
  #passing(event: RunEvent): string | null {
    if (event.kind === 'progress') {
      const { label, done, total, unit, note = '' } = event;
      return `${label}: ${done.toString()} of ${total?.toString() ?? '?'} ${unit}${note === '' ? '' : `, ${note}`}`;
    }
    if (event.kind === 'rates') return this.#ratesLine(event);
    if (event.kind !== 'step') return null;
    const { epoch, step, steps, loss, accuracy } = event;
    const where = `${this.#epochOf(epoch)}, step ${step.toString()} of ${steps.toString()}`;
    return `${where}  loss ${formatLoss(loss)}  ${formatPercent(accuracy)}`;
  }

  #ratesLine({ points, steps }: Extract<RunEvent, { kind: 'rates' }>): string {
    this.#rates += points.length;
    const last = points.at(-1);
    const at =
      last === undefined
        ? ''
        : `, ${last.learningRate.toPrecision(2)}  loss ${formatLoss(last.smoothedLoss)}`;
    return `Rate ${this.#rates.toString()} of ${steps.toString()}${at}`;
  }

  /** What stays on the screen. */
  #lasting(event: RunEvent): string | null {
    switch (event.kind) {
      case 'device':
        return `${event.device.label}${event.simd === 'relaxed' ? ', relaxed SIMD' : ''}. ${event.device.why}`;
      case 'dataset': {
        const { labels, split, origin } = event.dataset;
        const counts = [split.train.length, split.validation.length, split.test.length].join(' / ');
        return `${origin}: ${labels.length.toString()} classes, ${counts} train / validation / test${leftOutText(event.dataset)}`;
      }
      case 'epoch':
        return this.#epochLine(event.record, event.isBest);
      case 'phaseEnd': {
        const { stoppedEarly, keptEpoch, evaluation } = event;
        const how = stoppedEarly ? 'stopped early' : 'done';
        const validation =
          evaluation === null ? 'no validation' : `validation ${formatPercent(evaluation.accuracy)}`;
        return `${this.#phase} ${how}: epoch ${keptEpoch.toString()} kept, ${validation}`;
      }
      case 'phaseKept': {
        const { phaseIndex, keptEpoch } = event;
        return `Kept: the network of phase ${(phaseIndex + 1).toString()}, epoch ${keptEpoch.toString()}, the best on validation`;
      }
      case 'test': {
        const { loss, accuracy } = event.evaluation;
        return `Test: loss ${formatLoss(loss)}, top-1 ${formatPercent(accuracy)}`;
      }
      case 'resumed':
        return `Resumed after ${countOf(event.history.length, 'epoch')}`;
      case 'notice':
        return `${event.notice.message} ${event.notice.hint}`;
      case 'deviceLost':
        return `The GPU went away (${event.reason}); getting it back`;
      case 'progress':
      case 'phase':
      case 'step':
      case 'rates':
      case 'model':
      case 'state':
        return null;
      default:
        return event satisfies never;
    }
  }

  #epochLine({ epoch, loss, accuracy, valLoss, valAccuracy, seconds }: EpochRecord, isBest: boolean): string {
    const train = `train ${formatLoss(loss)} ${formatPercent(accuracy)}`;
    const validation =
      valLoss === null || valAccuracy === null
        ? ''
        : `  validation ${formatLoss(valLoss)} ${formatPercent(valAccuracy)}`;
    return `${this.#epochOf(epoch)}  ${train}${validation}  ${formatDuration(seconds)}${isBest ? '  best' : ''}`;
  }

  #epochOf(epoch: number): string {
    return `${this.#phase} ${epoch.toString()} of ${this.#epochs.toString()}`;
  }

  exported(format: string, notes: readonly string[]): void {
    for (const note of notes) this.#line(`${format}: ${note}`);
  }

  finished(result: RunResult, outFolder: string): void {
    const took = formatClock((Date.now() - this.#start) / 1000);
    this.#line(`${result.stopped ? 'Stopped' : 'Finished'} after ${took}. Written to ${outFolder}.`);
  }

  foundRate({ phase, phaseIndex, points, suggested }: RateSweep, outFolder: string): void {
    const of = `phase ${(phaseIndex + 1).toString()} (${phase})`;
    const found =
      suggested === null
        ? `No learning rate to suggest for ${of}: the loss fell at none of ${countOf(points.length, 'rate')}`
        : `Suggested learning rate for ${of}: ${formatPlain(suggested)}`;
    this.#line(`${found}. Written to ${outFolder}.`);
  }

  #line(text: string): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    process.stdout.write(`${text}\n`);
  }
}
