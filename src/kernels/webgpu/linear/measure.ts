/**
 * Finds out which way of variants.ts is fastest on a device, for each class of layers, by running them.
 *
 * A class is measured on a layer as networks have it. Each way that may be used runs until about two milliseconds have
 * passed, which is more than browsers round times to; the device writes the times down where it offers that, else it is the
 * time until its queue is empty. All is read in the end, at once: some browsers look only every 100 ms whether a buffer can be
 * read. A way whose numbers are not the table's is not taken: inputs are 0 and 2 by chance, so that all sums are whole numbers
 * below 2^24, and any order of additions gives the same. Classes that the budget leaves no time for keep the table's way.
 *
 * Half a second is the most that measuring takes; how many classes that is enough for on a graphics card has not been measured.
 * `npm run bench -- --only gpu-kernels` gives each way's GFLOP/s on layers of its own.
 */
import * as tf from '@tensorflow/tfjs';
import { invariant } from '../../../protocol/errors.ts';
import { DeviceClock } from '../clock.ts';
import {
  allocate,
  compileAhead,
  dispatch,
  gpuDone,
  gpuOf,
  programsOf,
  sourceOf,
  type Gpu,
  type ProgramRun,
} from '../gpu.ts';
import { inputsOf, LAYERS, run, trialsOf, type MeasuredLayer, type Trial } from './trials.ts';
import { choiceOf, takeChoice, type Choice, type LayerClass, type VariantName } from './variants.ts';

const BUDGET_MS = 500;
const WANTED_MS = 2;
const MOST_RUNS = 64;
/** Between whole numbers: any difference is at least one. */
const TOLERANCE = 0.5;

/** Does something with a class's way taken; the device goes on as before then. */
function taking<Output>(gpu: Gpu, { layerClass }: Trial, way: VariantName, work: () => Output): Output {
  const before = choiceOf(gpu);
  takeChoice(gpu, { ...before, [layerClass]: way });
  try {
    return work();
  } finally {
    takeChoice(gpu, before);
  }
}

/** What was measured. */
export interface Measured {
  readonly ways: Choice;
  /** By the same classes, how many times as fast as the table's way is the one that is taken. */
  readonly gains: Readonly<Partial<Record<LayerClass, number>>>;
}

/** What is measured on a device, before it is. */
export interface Measuring {
  /** All that are measured. */
  readonly programs: readonly ProgramRun[];
  /** Their texts. */
  readonly source: string;
  /** Has them compiled, while the host goes on. */
  compile(): Promise<void>;
  /** Within half a second, unless more is given; the WebGPU backend must be the current one. */
  measure(budgetMs?: number): Promise<Measured>;
}

/** The WebGPU backend must be the current one. */
export function measuring(layers: readonly MeasuredLayer[] = LAYERS): Measuring {
  const gpu = gpuOf(tf.backend());
  const trials = trialsOf(gpu, layers);
  const programs = programsOf(() => {
    for (const trial of trials) {
      tf.tidy(() => {
        const { batch, size, channels, outChannels, side } = trial.layer;
        const valueless = (shape: number[]): tf.Tensor =>
          tf.engine().makeTensorFromTensorInfo(allocate(gpu, shape));
        const inputs = {
          x: valueless([batch, size, size, channels]),
          filter: valueless([side, side, channels, outChannels]),
          dz: valueless([batch, size, size, outChannels]),
        };
        for (const way of trial.ways) taking(gpu, trial, way, () => run(trial.operation, inputs));
      });
    }
  });
  return {
    programs,
    source: programs.map(sourceOf).join('\n'),
    compile: () => compileAhead(gpu, programs),
    measure: (budgetMs = BUDGET_MS) => withoutErrors(gpu, () => measure(gpu, trials, budgetMs)),
  };
}

/**
 * What a device refuses computes nothing, and nothing agrees with nothing: so its errors are asked for.
 *
 * @throws StudioError `bug/…` with what the device says
 */
async function withoutErrors<Output>({ device }: Gpu, work: () => Promise<Output>): Promise<Output> {
  const scopes = ['out-of-memory', 'validation'] as const;
  for (const scope of scopes) device.pushErrorScope(scope);
  const [settled] = await Promise.allSettled([work()]);
  const errors = await Promise.all(scopes.map(() => device.popErrorScope()));
  const error = errors.find((each) => each !== null);
  invariant(error === undefined, `the device measures its kernels: ${error?.message ?? ''}`);
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/** A way as it was run: how long each run took, by the host's clock and where in the device's times it stands. */
interface Timed {
  readonly trial: Trial;
  readonly way: VariantName;
  readonly runs: number;
  readonly hostMs: number;
}

async function measure(gpu: Gpu, trials: readonly Trial[], budgetMs: number): Promise<Measured> {
  const start = performance.now();
  const most = trials.reduce((sum, { ways }) => sum + ways.length, 0);
  const clock = new DeviceClock(gpu, most);
  const differences = tf.zeros([most], 'int32');
  const timed: Timed[] = [];
  try {
    for (const trial of trials) {
      const inputs = tf.tidy(() => inputsOf(trial.layer));
      const expected = tf.tidy(() => run(trial.operation, inputs));
      await gpuDone(gpu);
      for (const way of trial.ways) {
        if (performance.now() - start > budgetMs) break;
        const once = (): void =>
          tf.dispose(tf.tidy(() => taking(gpu, trial, way, () => run(trial.operation, inputs))));
        const firstMs = await hostMs(gpu, () => {
          const computed = tf.tidy(() => taking(gpu, trial, way, () => run(trial.operation, inputs)));
          compare(gpu, computed, expected, differences, timed.length);
          computed.dispose();
        });
        const runs = Math.max(1, Math.min(MOST_RUNS, Math.ceil(WANTED_MS / firstMs)));
        const ms = await hostMs(gpu, () => {
          clock.begin(timed.length);
          for (let at = 0; at < runs; at++) once();
        });
        timed.push({ trial, way, runs, hostMs: ms });
      }
      tf.dispose([...Object.values(inputs), expected]);
    }
    const [deviceMs, bits] = await Promise.all([clock.read(), differences.data<'int32'>()]);
    return fastest(
      timed,
      (at) => deviceMs?.[at] ?? timed[at]!.hostMs,
      new Float32Array(new Int32Array(bits).buffer),
    );
  } finally {
    clock.dispose();
    differences.dispose();
  }
}

async function hostMs(gpu: Gpu, work: () => void): Promise<number> {
  const start = performance.now();
  work();
  await gpuDone(gpu);
  return performance.now() - start;
}

interface Ran {
  readonly way: VariantName;
  readonly ms: number;
  /** Whether its numbers are the table's. */
  readonly isRight: boolean;
}

/** Of each class whose ways were all run. */
function fastest(timed: readonly Timed[], msOf: (at: number) => number, differences: Float32Array): Measured {
  const byClass = new Map<LayerClass, { readonly ways: number; readonly ran: Ran[] }>();
  timed.forEach(({ trial, way, runs }, at) => {
    const ran = byClass.get(trial.layerClass)?.ran ?? [];
    // The bits of what is no number are larger than any.
    ran.push({ way, ms: msOf(at) / runs, isRight: (differences[at] ?? NaN) < TOLERANCE });
    byClass.set(trial.layerClass, { ways: trial.ways.length, ran });
  });
  const ways: Partial<Record<LayerClass, VariantName>> = {};
  const gains: Partial<Record<LayerClass, number>> = {};
  for (const [layerClass, { ways: tried, ran }] of byClass) {
    const [best] = ran.filter(({ isRight }) => isRight).toSorted((a, b) => a.ms - b.ms);
    const [tabled] = ran;
    if (ran.length < tried || best === undefined || tabled === undefined) continue;
    ways[layerClass] = best.way;
    // Nothing is faster than a clock can tell.
    if (best.ms > 0) gains[layerClass] = tabled.ms / best.ms;
  }
  return { ways, gains };
}

/** Writes the largest difference of two tensors, as the bits of a float, in the `at`-th place. */
function compare(gpu: Gpu, one: tf.Tensor, other: tf.Tensor, differences: tf.Tensor, at: number): void {
  dispatch(gpu, {
    label: 'difference',
    code: `@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var most = 0u;
  for (var index = id.x; index < arrayLength(&one); index += 4096u) {
    most = max(most, bitcast<u32>(abs(one[index] - other[index])));
  }
  atomicMax(&differences[uniforms.at], most);
}`,
    bindings: [
      { name: 'one', type: 'f32', tensor: one },
      { name: 'other', type: 'f32', tensor: other },
      { name: 'differences', type: 'atomic<u32>', tensor: differences, isWritten: true },
    ],
    uniforms: [{ name: 'at', type: 'u32', value: at }],
    groups: [64, 1, 1],
  });
}
