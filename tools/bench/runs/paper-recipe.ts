/** The recipe that whole-run benchmarks carry out: the paper's protocol, on the set and weights that ship with Mien. */
import { asRun } from '../../../src/engine/catalog.ts';
import type { FullRecipe } from '../../../src/protocol/recipe/full-recipe.ts';
import { parseRecipe, type Simd } from '../../../src/protocol/recipe/recipe.ts';

/** Epochs of the paper's two phases. */
export const PAPER_EPOCHS = { head: 50, fineTune: 35 } as const;

/** How a benchmark departs from the protocol. */
export interface Variation {
  readonly views: number | 'fresh';
  readonly headEpochs: number;
  readonly fineTuneEpochs: number;
  readonly pictures?: number;
  readonly size?: number;
  readonly alpha?: number;
  readonly weights?: 'starter' | 'random';
  /** As the paper has it; off when all must run the same number of epochs, to be timed. */
  readonly stopsEarly?: boolean;
  readonly seed?: number;
  readonly simd?: Simd;
}

/**
 * Unless asked otherwise MobileNetV2 0.35 at 96 on 1,200 drawn faces, batch 32, last 30 layers: small enough that Keras
 * and stock tfjs can be measured beside it on a laptop without a GPU.
 */
export function paperRecipe({
  views,
  headEpochs,
  fineTuneEpochs,
  pictures = 1200,
  size = 96,
  alpha = 0.35,
  weights = 'starter',
  stopsEarly = false,
  seed = 42,
  simd = 'plain',
}: Variation): FullRecipe {
  const written = {
    name: 'Paper, small',
    dataset: { source: 'sample', pictures },
    split: { train: 0.6, validation: 0.2, test: 0.2, seed: 42 },
    image: { size, resize: 'lanczos' },
    augmentation: { horizontalFlip: true, rotationDegrees: 10, zoom: 0.1, contrast: 0.1, views },
    backbone: { name: 'mobilenetv2', alpha, weights },
    head: { dropout: 0.2 },
    batchSize: 32,
    phases: [
      { name: 'head', epochs: headEpochs, learningRate: 0.001 },
      {
        name: 'fineTune',
        epochs: fineTuneEpochs,
        learningRate: 0.00001,
        unfreeze: 30,
        batchNorm: 'inference',
      },
    ],
    earlyStopping: stopsEarly ? { monitor: 'valLoss', patience: 5, restoreBest: true } : null,
    seed,
    simd,
  };
  return asRun(parseRecipe(written));
}
