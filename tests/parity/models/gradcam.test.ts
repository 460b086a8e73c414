/** Heat maps against a Grad-CAM by real Keras' `GradientTape`, of every class's logit. Goldens: keras_gradcam.py. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, beforeAll } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import { joined } from '../../../src/engine/network/network.ts';
import { Classifier } from '../../../src/engine/predict/classifier.ts';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { parseRecipe, type Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { useBackend } from '../../support/backends.ts';
import { decodeGolden, fillByRule } from './golden.ts';
import { rulePictures } from './rule.ts';

interface Golden {
  readonly recipe: Recipe['backbone'];
  readonly size: number;
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly logits: string;
  readonly maps: string;
}

const folder = new URL('goldens/gradcam/', import.meta.url);
const goldens = readdirSync(folder).map((file) => {
  const golden = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden;
  return [file.replace('.json', ''), golden] as const;
});

function softmax(logits: Float32Array): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
}

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(async () => useBackend(backend));

  // Plain JavaScript takes seconds a network: the smallest one shows that the maps do not hang on wasm.
  const held = goldens.filter(([name]) => backend !== 'cpu' || name === 'mobilenetv2-0.35');
  it.each(held)('%s has the heat maps of Keras', async (_name, golden) => {
    const { size, classes, height, width } = golden;
    const labels = Array.from({ length: classes }, (_, index) => index.toString());
    const recipe = asRun(
      parseRecipe({
        dataset: { source: 'sample' },
        image: { size },
        backbone: golden.recipe,
        phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
      }),
    );
    const { backbone, model: base } = buildBackbone(golden.recipe, size);
    const model = joined(base, recipe, classes);
    fillByRule(model);
    const { preprocessing } = backbone;
    const classifier = new Classifier({ model, labels, preprocessing, recipe, lastPhase: 0 });
    model.dispose();
    const picture = Uint8Array.from(rulePictures(1, size));
    const { probabilities, maps } = await classifier.explained(picture, new AbortController().signal);
    classifier.dispose();
    expect([maps.height, maps.width]).toEqual([height, width]);
    const theirs = decodeGolden(golden.maps);
    expect(maps.values).toHaveLength(theirs.length);
    expect(theirs.some((value) => value === 1)).toBe(true);
    const errors = theirs.map((value, at) => Math.abs(value - (maps.values[at] ?? NaN)));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    const said = softmax(decodeGolden(golden.logits));
    said.forEach((share, at) => expect(probabilities[at]).toBeCloseTo(share, 4));
  });
});
