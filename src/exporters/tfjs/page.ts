/**
 * Owns the page of its own that a TensorFlow.js export carries: unpacked, `index.html` runs by double click. Browsers
 * refuse such a page to fetch its neighbours, so all that it needs comes as classic scripts: the library, the network's
 * topology, its weights in base64, and the proof's pictures as data addresses.
 */
import { base64, base64Bytes } from '../../lib/bytes/base64.ts';
import { findBackbone } from '../../models/backbones/registry.ts';
import { fileOf, type Chunk, type ExportedFile, type ExportInput, type ShownPictures } from '../exporter.ts';
import { pageHtml } from './page-html.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import type { SavedLayers } from './weights.ts';

/** Of one script: some MB, which every editor and host takes. A multiple of 3, so that base64 needs no filling. */
const PART_BYTES = 3 * 2 ** 20;

/** Of one chunk of it. A multiple of 3 too. */
const CHUNK_BYTES = 3 * 2 ** 17;

const FOLDER = 'page';

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
    const from = index * PART_BYTES;
    const bytes = (): AsyncIterable<Chunk> =>
      weights.chunks(from, Math.min(from + PART_BYTES, weights.length));
    return partOf(`weights-${index.toString().padStart(3, '0')}.js`, bytes);
  });
  const scripts = [
    {
      path: `${FOLDER}/tensorflow.js`,

      async *chunks() {
        yield await library();
      },
    },
    fileOf(`${FOLDER}/network.js`, `var MIEN = { weights: [], network: ${JSON.stringify(network)} };\n`),
    ...parts,
    fileOf(`${FOLDER}/page.js`, PAGE_SCRIPT),
  ];
  const html = pageHtml(
    title,
    recipe.image.crop === 'face',
    scripts.map(({ path }) => path),
  );
  return [fileOf('index.html', html), ...scripts];
}

/** A script that holds a part of the weights as text: all parts together are larger than the weights. */
function partOf(name: string, bytes: () => AsyncIterable<Chunk>): ExportedFile {
  const encoder = new TextEncoder();
  return {
    path: `${FOLDER}/${name}`,
    async *chunks() {
      yield encoder.encode("MIEN.weights.push('");
      for await (const chunk of inChunks(bytes())) yield base64Bytes(chunk);
      yield encoder.encode("');\n");
    },
  };
}

/** Bytes as they come, cut anew so that each chunk but the last is text without filling. */
async function* inChunks(bytes: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let length = 0;
  for await (const more of bytes) {
    for (let at = 0; at < more.length;) {
      const taken = more.subarray(at, at + CHUNK_BYTES - length);
      chunk.set(taken, length);
      length += taken.length;
      at += taken.length;
      if (length < CHUNK_BYTES) continue;
      yield chunk;
      length = 0;
    }
  }
  if (length > 0) yield chunk.subarray(0, length);
}
