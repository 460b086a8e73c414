/** The recipe that whole-run benchmarks carry out: the paper's protocol, on the set and weights that ship with Mien. */
import { parseRecipe, type Recipe } from '../../src/protocol/recipe.ts';

/** Epochs of the paper's two phases. */
export const PAPER_EPOCHS = { head: 50, fineTune: 35 } as const;

export interface Variation {
  readonly views: number | 'fresh';
  readonly headEpochs: number;
  readonly fineTuneEpochs: number;
  readonly pictures?: number;
  readonly size?: number;
}

/**
 * MobileNetV2 0.35 at 96 on 1,200 drawn faces, batch 32, last 30 layers: small enough that Keras and stock tfjs can be
 * measured beside it on a laptop without a GPU. Early stopping is off: all run the same number of epochs.
 */
export function paperRecipe({
  views,
  headEpochs,
  fineTuneEpochs,
  pictures = 1200,
  size = 96,
}: Variation): Recipe {
  return parseRecipe({
    name: 'Paper, small',
    dataset: { source: 'sample', pictures },
    split: { train: 0.6, validation: 0.2, test: 0.2, seed: 42 },
    image: { size, resize: 'lanczos' },
    augmentation: { horizontalFlip: true, rotationDegrees: 10, zoom: 0.1, contrast: 0.1, views },
    backbone: { name: 'mobilenetv2', alpha: 0.35, weights: 'starter' },
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
    earlyStopping: null,
    seed: 42,
  });
}
