/** Runs in the page, before its own code: a `Worker` that answers from a script and says what the test has it say. */
import type { Catalog } from '../../src/protocol/catalog.ts';
import type { PictureSheet } from '../../src/protocol/dataset.ts';
import type { WireError } from '../../src/protocol/errors.ts';
import type { RunEvent, RunResult } from '../../src/protocol/events.ts';
import type { FromWorker, ToWorker } from '../../src/protocol/messages.ts';
import type { Recipe } from '../../src/protocol/recipe.ts';

declare global {
  interface Window {
    /** What the test steers the scripted worker with. */
    scripted: {
      emit(packedEvents: string): void;
      finish(packedResult: string): void;
      fail(error: WireError): void;
    };
  }
}

/** What the worker answers with, typed arrays packed. */
interface WorkerScript {
  readonly catalog: Catalog;
  readonly answers: string;
  readonly held: readonly string[];
}

/** Everything is inside, because the function is handed to the page as its source text. */
export function installScriptedWorker(script: WorkerScript): void {
  const kinds = { Uint16Array, Uint32Array, Float32Array };
  const unpacked = (text: string): unknown =>
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('typed' in value)) return value;
      const { typed, values } = value as { typed: keyof typeof kinds; values: number[] };
      return kinds[typed].from(values);
    });
  const answers = unpacked(script.answers) as Record<string, Extract<FromWorker, { kind: 'done' }>['output']>;
  let training: { id: number; recipe: Recipe } | null = null;
  let latest = 0;

  /** A disc on a ground, in colours of the row. */
  const sheet = (rows: readonly number[], size: number): PictureSheet => {
    const rgba = new Uint8ClampedArray(rows.length * size * size * 4);
    for (let at = 0; at < rgba.length / 4; at++) {
      const row = rows[Math.floor(at / size / size)] ?? 0;
      const [x, y] = [(at % size) / size - 0.5, (Math.floor(at / size) % size) / size - 0.5];
      const ground = x * x + y * y < 0.12 ? 150 : 60;
      rgba.set(
        [ground + ((row * 37) % 90), ground + ((row * 53) % 70), ground + ((row * 71) % 50), 255],
        at * 4,
      );
    }
    return { size, rows, rgba };
  };

  const answerTo = (
    message: Exclude<ToWorker, { kind: 'control' }>,
  ): Extract<FromWorker, { kind: 'done' }>['output'] => {
    if (message.kind === 'pictures') return sheet(message.input.rows, 64);
    if (message.kind === 'views') {
      const rows = Array.from({ length: message.input.count }, () => message.input.row);
      return Object.assign(sheet(rows, 64), {
        captions: rows.map((_, index) => `flip, ${String(3 * index)}°`),
      });
    }
    const file = { fileName: 'mien.zip', mimeType: 'application/zip', bytes: new Uint8Array([80, 75]) };
    return answers[message.kind] ?? file;
  };

  const target = new EventTarget();
  const say = (message: FromWorker): void => {
    setTimeout(() => target.dispatchEvent(new MessageEvent('message', { data: message })), 0);
  };
  const hear = (message: ToWorker): void => {
    if (message.kind === 'control') {
      const states = { pause: 'pausing', resume: 'running', stop: 'stopping', cancel: 'stopping' } as const;
      const event = { kind: 'state', state: states[message.action] } as const;
      if (training?.id === message.id) say({ kind: 'event', id: message.id, event });
      return;
    }
    latest = message.id;
    if (message.kind === 'train') training = { id: message.id, recipe: message.input.recipe };
    if (!script.held.includes(message.kind)) say({ kind: 'done', id: message.id, output: answerTo(message) });
  };

  window.Worker = function ScriptedWorker() {
    say({ kind: 'ready', catalog: script.catalog });
    return Object.assign(target, { postMessage: hear, terminate: () => undefined });
  } as unknown as typeof Worker;
  window.scripted = {
    emit(packedEvents) {
      for (const event of unpacked(packedEvents) as RunEvent[]) {
        if (training !== null) say({ kind: 'event', id: training.id, event });
      }
    },
    finish(packedResult) {
      if (training === null) return;
      const { id, recipe } = training;
      say({ kind: 'done', id, output: { ...(unpacked(packedResult) as RunResult), recipe } });
    },
    fail(error) {
      say({ kind: 'failed', id: training?.id ?? latest, error });
    },
  };
}
