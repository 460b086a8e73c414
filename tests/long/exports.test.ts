/** What real Keras, ONNX Runtime, timm, transformers, torchvision and TensorFlow make of exports of every kind of network. */
import { expect, it } from 'vitest';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { holdExports } from '../support/exports/checked.ts';
import { PYTHON_READERS } from '../support/exports/readers.ts';

holdExports(
  [
    ['mobilenetv2', 64, 'inference'],
    ['efficientnetb0', 64, 'batch'],
    ['vgg16', 32, 'head alone'],
  ],
  PYTHON_READERS,
);

it('covers every format but that which only JavaScript reads', () => {
  // Papers alone hold no network.
  const networks = EXPORTERS.filter(({ entry }) => entry.bytesPerParameter > 0);
  const written = networks.map(({ entry }) => entry.name);
  expect(written.filter((name) => !PYTHON_READERS.includes(name))).toEqual(['tfjs']);
});
