/** What the tests of opened sets share: a recipe around a source, and pictures to fill sets with. */
import sharp, { type Sharp } from 'sharp';
import { parseRecipe, type OptionValue, type Recipe } from '../../../src/protocol/recipe/recipe.ts';

/** A recipe of which only the data matters. */
export function recipeOf(dataset: Record<string, OptionValue>, size = 32): Recipe {
  return parseRecipe({
    dataset,
    split: { train: 0.6, validation: 0.2, test: 0.2, seed: 42 },
    image: { size, resize: 'lanczos' },
    augmentation: { views: 1 },
    backbone: { name: 'mobilenetv2', weights: 'random' },
    head: { dropout: 0 },
    batchSize: 8,
    phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
    earlyStopping: null,
    seed: 1,
  });
}

/** A grey PNG whose level, 0 to 255, tells it from the others. */
export async function greyPicture(level: number): Promise<Uint8Array<ArrayBuffer>> {
  const background = { r: level, g: level, b: level };
  const png = sharp({ create: { width: 8, height: 8, channels: 3, background } }).png();
  return Uint8Array.from(await png.toBuffer());
}

/** A picture of blurred noise: the same number gives the same picture, another one another. */
export async function noisePicture(number: number): Promise<Sharp> {
  let state = number + 1;
  const data = Uint8Array.from({ length: 12 * 12 * 3 }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state >>> 24;
  });
  const noise = sharp(data, { raw: { width: 12, height: 12, channels: 3 } });
  // Enlarged, so that it survives being saved anew.
  return sharp(await noise.resize(96, 96).png().toBuffer());
}
