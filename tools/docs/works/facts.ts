/**
 * Owns the words in which tests say what they have shown to work, and in which the tables of .github/WHAT-WORKS.md ask.
 * A sentence that no test says is "not tested" there; nobody writes a table by hand.
 */
import type { Backend } from '../../../src/protocol/device.ts';

/** The engines of browsers that people use, whether tested or not. */
export const BROWSERS = ['Chromium', 'Firefox', 'WebKit'] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** Who else saves weights that Mien reads. */
export const LIBRARIES = [
  'Keras',
  'TensorFlow.js',
  'Teachable Machine',
  'timm',
  'torchvision',
  'transformers',
] as const;
export type Library = (typeof LIBRARIES)[number];

/** What is shown of a page in a browser. */
export const PAGE_FACTS = [
  'opens isolated, under its policy',
  'trains on WebAssembly',
  'trains on WebAssembly where no header can be set',
  'trains on WebGPU (a software adapter)',
  'hands over the trained network',
  'gives up opening a set when told to',
  'pauses, goes on and stops',
  'goes on with a run that was closed, to the same weights',
  'opens a picked folder',
  'gives the network the pixels of Pillow: JPEG, PNG, GIF, lossy WebP',
  'gives the network the pixels of Pillow: AVIF',
  'gives the network the pixels of Pillow: lossless WebP with transparency',
  'imports a set of the Hub',
  'takes pictures with the camera',
  'trains in a hidden tab',
  'has no fault that axe finds',
] as const;

/** Names are those of the registries. */
export type Fact =
  | `backbone ${string} has the layers of Keras`
  | `backbone ${string} computes as Keras on ${Backend}`
  | `backbone ${string} trains as Keras on ${Backend}, BatchNorm on ${'averages' | 'the batch'}`
  | `backbone ${string} computes the same with weights of ${Library}`
  | `device ${Backend} has kernels that agree with cpu`
  | `device ${Backend} has gradients that agree with automatic ones`
  | `device ${Backend} carries out runs`
  | `weights ${string} of ${Library} compute as there`
  | `weights ${string} of ${Library} are read value by value`
  | `weights ${string} end in an error where they are damaged`
  | `exporter ${string} writes files`
  | `exporter ${string} writes what its format's own library loads, with the same answers`
  | `browser ${BrowserName} ${(typeof PAGE_FACTS)[number]}`;
