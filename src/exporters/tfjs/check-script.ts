/** Owns the checker in JavaScript, for what TensorFlow.js reads. */
import { fileOf, type ExportedFile } from '../exporter.ts';

/** `proof/check.mjs`, for Node: it reads the proof's PNGs by itself, since Mien writes them without row filters. */
export function scriptChecker(): ExportedFile {
  return fileOf('proof/check.mjs', SCRIPT);
}

const SCRIPT = `// Runs the network beside this folder and says whether it agrees with what Mien computed.
//
//   npm install @tensorflow/tfjs
//   node proof/check.mjs
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';

const read = (path) => readFileSync(new URL(path, import.meta.url));
const proof = JSON.parse(read('proof.json'));
const [claim] = proof.files;
const json = JSON.parse(read('../' + claim.file));
const { scale, offset, order } = json.userDefinedMetadata.preprocessing;
const weights = read('../' + json.weightsManifest[0].paths[0]);
const model = await tf.loadLayersModel(
  tf.io.fromMemory({
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest[0].weights,
    weightData: new Uint8Array(weights).buffer,
  }),
);

// One picture's pixels, [size, size, 3], preprocessed.
function picture(name) {
  const png = read(name);
  const parts = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    }
  }
  const rows = inflateSync(Buffer.concat(parts));
  const rowBytes = 3 * proof.size;
  return Float32Array.from({ length: rowBytes * proof.size }, (_, i) => {
    const channel = i % 3;
    const row = Math.floor(i / rowBytes);
    const value = rows[row * (rowBytes + 1) + 1 + (i % rowBytes) - channel + order[channel]];
    return value * scale[channel] + offset[channel];
  });
}

const largestOf = (values) => values.indexOf(Math.max(...values));
let difference = 0;
let others = 0;
for (const [index, name] of proof.pictures.entries()) {
  const input = tf.tensor(picture(name), [1, proof.size, proof.size, 3]);
  const got = Array.from(await model.predict(input).data());
  const expected = proof.probabilities[index];
  for (const [i, value] of expected.entries()) difference = Math.max(difference, Math.abs(value - got[i]));
  if (got.some(Number.isNaN)) difference = Infinity;
  if (largestOf(got) !== largestOf(expected)) others += 1;
}
const agrees = difference <= claim.tolerance && others === 0;
console.log(
  \`\${claim.file} \${agrees ? 'agrees' : 'does NOT agree'}: largest difference \${difference.toPrecision(2)} \` +
    \`(at most \${claim.tolerance}), \${others} other answers, \${proof.pictures.length} pictures\`,
);
process.exitCode = agrees ? 0 : 1;
`;
