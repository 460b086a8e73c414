/**
 * Owns the page of its own that a TensorFlow.js export carries: unpacked, `index.html` runs by double click. Browsers
 * refuse such a page to fetch its neighbours, so all that it needs comes as classic scripts: the library, the network's
 * topology, its weights in base64, and the proof's pictures as data addresses.
 */
import { findBackbone } from '../../models/backbones/registry.ts';
import { fileOf, type Chunk, type ExportedFile, type ExportInput, type ShownPictures } from '../exporter.ts';
import { pageHtml } from './page-html.ts';
import { PAGE_SCRIPT } from './page-script.ts';

/** Of one script: some MB, which every editor and host takes. A multiple of 3, so that base64 needs no filling. */
const PART_BYTES = 3 * 2 ** 20;

/** Turned into text at once. A multiple of 3 too. */
const PIECE_BYTES = 3 * 2 ** 13;

const FOLDER = 'page';

/** The network as TensorFlow.js saves it. */
export interface SavedLayers {
  readonly modelTopology: object | ArrayBuffer;
  readonly weightSpecs: readonly object[];
  readonly weights: Chunk;
}

/** `index.html` and its scripts. */
export function pageFiles(
  input: ExportInput,
  { modelTopology, weightSpecs, weights }: SavedLayers,
  { pictures, probabilities, tolerance }: ShownPictures,
  library: () => Promise<Chunk>,
): readonly ExportedFile[] {
  const { labels, preprocessing, recipe } = input;
  const title = `${findBackbone(recipe.backbone.name).entry.label}, ${labels.length} classes`;
  const network = {
    labels,
    preprocessing,
    size: recipe.image.size,
    resize: recipe.image.resize,
    topology: modelTopology,
    weightSpecs,
    proof: {
      pictures: pictures.map(({ png }) => `data:image/png;base64,${base64(png)}`),
      probabilities,
      tolerance,
    },
  };
  const count = Math.ceil(weights.length / PART_BYTES);
  const parts = Array.from({ length: count }, (_, index): ExportedFile => {
    const part = weights.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    return scriptOf(
      `weights-${index.toString().padStart(3, '0')}.js`,
      () => `MIEN.weights.push('${base64(part)}');\n`,
    );
  });
  const scripts = [
    {
      path: `${FOLDER}/tensorflow.js`,

      async *chunks() {
        yield await library();
      },
    },
    scriptOf('network.js', () => `var MIEN = { weights: [], network: ${JSON.stringify(network)} };\n`),
    ...parts,
    scriptOf('page.js', () => PAGE_SCRIPT),
  ];
  const html = pageHtml(
    title,
    recipe.image.crop === 'face',
    scripts.map(({ path }) => path),
  );
  return [fileOf('index.html', html), ...scripts];
}

/** Made when its turn comes: all parts together are larger than the weights. */
function scriptOf(name: string, write: () => string): ExportedFile {
  return {
    path: `${FOLDER}/${name}`,

    async *chunks() {
      yield new TextEncoder().encode(write());
    },
  };
}

function base64(bytes: Uint8Array): string {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    texts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES))));
  return texts.join('');
}
