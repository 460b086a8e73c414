/** Whether what a file says of a run holds together: figures that others read are those of the answers that stand beside them. */
import * as z from 'zod/mini';
import { evaluationOf } from '../../../evaluation/metrics.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { Evaluation } from '../../../protocol/events.ts';
import type { KeptRecord } from '../../../protocol/runs/kept.ts';
import { parseRecipe } from '../../../protocol/recipe/recipe.ts';
import { asRun } from '../../catalog.ts';
import type { NamedArrays } from '../../checkpoints/checkpoint.ts';

/** Accuracies are counts over counts: they differ by no more than a division does. */
const TOLERANCE = 1e-9;

const array = <Kind extends Float32Array | Uint32Array | Uint16Array>(kind: new (length: number) => Kind) =>
  z.custom<Kind>((value) => value instanceof kind);
const record = z.record(z.string(), z.unknown());

const EvaluationSchema = z.looseObject({
  split: z.enum(['train', 'validation', 'test']),
  loss: z.number(),
  accuracy: z.number(),
  labels: z.array(z.string()).check(z.minLength(1)),
  confusionMatrix: z.array(z.array(z.number())),
  perClass: z.array(record),
  interval: z.tuple([z.number(), z.number()]),
  macroF1: z.number(),
  rows: array(Uint32Array),
  truths: array(Uint32Array),
  probabilities: array(Float32Array),
});

const EpochSchema = z.looseObject({
  phase: z.enum(['head', 'fineTune']),
  ...{ phaseIndex: z.number(), epoch: z.number(), loss: z.number(), accuracy: z.number() },
  ...{
    valLoss: z.nullable(z.number()),
    valAccuracy: z.nullable(z.number()),
    learningRate: z.number(),
    seconds: z.number(),
  },
});

const SetSchema = z.looseObject({
  ...{
    source: z.string(),
    noun: z.string(),
    origin: z.string(),
    setHash: z.string(),
    picturesKey: z.string(),
  },
  labels: z.array(z.string()),
  labelOfRow: array(Uint16Array),
  split: z.object({ train: array(Uint32Array), validation: array(Uint32Array), test: array(Uint32Array) }),
  cleaning: record,
});

const share = () => z.number().check(z.minimum(0), z.maximum(1));

const EnsembleSchema = z.object({
  weights: z.enum(['mean', 'fitted']),
  flip: z.boolean(),
  members: z
    .array(
      z.object({
        runId: z.string(),
        name: z.string().check(z.maxLength(1000)),
        ...{ weight: share(), testAccuracy: share(), testLoss: z.number() },
      }),
    )
    .check(z.minLength(2), z.maxLength(1000)),
  againstBestAlone: z.object({
    ...{ onlyFirst: z.number(), onlySecond: z.number(), bothRight: z.number(), bothWrong: z.number() },
    p: share(),
  }),
});

const RecordSchema = z.object({
  result: z.looseObject({
    ...{ runId: z.string(), setHash: z.string(), stopped: z.boolean(), recipe: record, cleaning: record },
    history: z.array(EpochSchema),
    test: z.nullable(EvaluationSchema),
    sureness: z.nullable(
      z.object({
        confidences: array(Float32Array),
        isRight: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
      }),
    ),
    kept: z.nullable(z.object({ phaseIndex: z.number(), why: z.enum(['last', 'best', 'chosen']) })),
    other: z.nullable(z.looseObject({ phaseIndex: z.number(), test: z.nullable(EvaluationSchema) })),
    device: z.looseObject({ backend: z.string(), label: z.string() }),
    weights: z.object({ origin: z.string(), sizeBytes: z.number(), sha256: z.nullable(z.string()) }),
    secondsByStage: z.record(z.string(), z.number()),
    versions: z.record(z.string(), z.string()),
    simd: z.optional(z.array(z.enum(['plain', 'relaxed']))),
    ...{ kernels: z.optional(z.array(z.string())), computedOn: z.optional(z.array(z.string())) },
    gpuKernels: z.optional(
      z.nullable(z.looseObject({ on: z.string(), ways: z.record(z.string(), z.string()) })),
    ),
  }),
  ended: z.array(
    z.object({
      start: z.looseObject({ phaseIndex: z.number(), phase: z.string(), epochs: z.number() }),
      end: z.looseObject({
        phaseIndex: z.number(),
        bestEpoch: z.number(),
        evaluation: z.nullable(EvaluationSchema),
      }),
    }),
  ),
  dataset: z.nullable(SetSchema),
  ensemble: z.optional(EnsembleSchema),
});

/** A network's parts, but for the values of its weights. */
export const Flavoured = z.object({
  labels: z.array(z.string()),
  flavour: z.nullable(record),
  preprocessing: record,
  weights: record,
  frozen: z.array(z.string()),
  other: z.nullable(record),
});

/** Values by name, each as long as its shape says. @throws StudioError `data/run-file-damaged` */
export function checkArrays(value: unknown): NamedArrays {
  const Arrays = z.record(z.string(), z.object({ shape: z.array(z.number()), values: array(Float32Array) }));
  const arrays = Arrays.safeParse(value);
  if (!arrays.success) throw untrue('values of its network are missing');
  for (const [name, { shape, values }] of Object.entries(arrays.data)) {
    if (shape.reduce((product, side) => product * side, 1) !== values.length)
      throw untrue(`${name} has ${values.length.toString()} values, its shape is ${shape.join(' x ')}`);
  }
  return arrays.data;
}

/** @throws StudioError `data/run-file-damaged`, `recipe/…` */
export function checkedRecord(runId: string, value: unknown): KeptRecord {
  const parsed = RecordSchema.safeParse(value);
  if (!parsed.success)
    throw untrue(`its record lacks ${z.core.toDotPath(parsed.error.issues[0]?.path ?? [])}`);
  const kept = parsed.data as unknown as KeptRecord;
  const { result, dataset } = kept;
  if (result.runId !== runId) throw untrue(`it says to be run ${result.runId.slice(0, 64)}`);
  const whole = kept.ensemble?.members.reduce((sum, { weight }) => sum + weight, 0) ?? 1;
  if (Math.abs(whole - 1) > TOLERANCE) throw untrue(`its members’ weights add up to ${whole.toString()}`);
  const recipe = asRun(parseRecipe(result.recipe));
  const evaluations = [
    ...kept.ended.map(({ end }) => end.evaluation),
    result.test,
    result.other?.test ?? null,
  ];
  for (const evaluation of evaluations) if (evaluation !== null) checkEvaluation(evaluation, kept);
  if (dataset !== null && dataset.setHash !== result.setHash)
    throw untrue('its set is another than that of its results');
  return { ...kept, result: { ...result, recipe } };
}

/** The rows are those of its set's part, and the figures those of its answers. */
function checkEvaluation(evaluation: Evaluation, { dataset }: KeptRecord): void {
  const { rows, probabilities, labels, split } = evaluation;
  if (probabilities.length !== rows.length * labels.length)
    throw untrue(`it has ${probabilities.length.toString()} answers for ${rows.length.toString()} pictures`);
  if (dataset === null) return;
  const ofPart = dataset.split[split];
  if (rows.length !== ofPart.length || rows.some((row, index) => row !== ofPart[index]))
    throw untrue(`its ${split} results are of rows of another set`);
  if (rows.some((row) => (dataset.labelOfRow[row] ?? Infinity) >= labels.length))
    throw untrue(`its ${split} results are of rows that its set does not have`);
  const again = evaluationOf({ ...evaluation, labelOfRow: dataset.labelOfRow });
  if (Math.abs(again.accuracy - evaluation.accuracy) > TOLERANCE)
    throw untrue(
      `it says to be right on ${evaluation.accuracy.toString()} of its ${split} pictures, its answers are on ${again.accuracy.toString()}`,
    );
  if (JSON.stringify(again.confusionMatrix) !== JSON.stringify(evaluation.confusionMatrix))
    throw untrue(`its ${split} matrix is not that of its answers`);
}

function untrue(what: string): StudioError {
  return new StudioError({
    code: 'data/run-file-damaged',
    message: `Runs that hold together were expected in the file; of one ${what}.`,
    hint: 'Ask whoever made the file for one that Mien wrote. Nothing of it was stored.',
  });
}
