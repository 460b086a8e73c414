/** The weights that a recipe's backbone may begin with, as the recipe names them. */
import * as z from 'zod/mini';

/** Those that a network has by itself. */
export const WeightsKindSchema = z.enum(['imagenet', 'starter', 'random']);
/** What a recipe says of weights in a file. */
export const WeightsFileSchema = z.strictObject({
  file: z.string().check(z.minLength(1)),
  member: z.optional(z.string().check(z.minLength(1))),
  preprocessing: z.optional(z.enum(['tf', 'torch', 'caffe', 'unit', 'none'])),
});

/** Weights of the user's own. */
export type WeightsFile = z.infer<typeof WeightsFileSchema>;

/** What it says of a run that is trained on from. */
export const WeightsRunSchema = z.strictObject({ run: z.string().check(z.minLength(1)) });

/** The network of a kept run, to train on from. */
export type WeightsRun = z.infer<typeof WeightsRunSchema>;

/** Whether weights are those of a file or an address of the user's own. */
export const isWeightsFile = (weights: unknown): weights is WeightsFile =>
  typeof weights === 'object' && weights !== null && 'file' in weights;

/** Whether a network begins with that of a kept run. */
export const isWeightsRun = (weights: unknown): weights is WeightsRun =>
  typeof weights === 'object' && weights !== null && 'run' in weights;

/** What pictures become, as Keras' `preprocess_input` calls it; `unit` is x / 255, `none` leaves 0 to 255. */
export type PreprocessingMode = NonNullable<WeightsFile['preprocessing']>;
