/** Owns what the README of a TensorFlow.js export says of using it: from a picture to a name, in three ways. */
import * as tf from '@tensorflow/tfjs';
import type { ExportInput } from '../exporter.ts';
import { ML5_SIZE, takesTheirPictures } from './metadata.ts';

/** Paragraphs of Markdown. */
export function guideOf({ recipe, preprocessing }: ExportInput): string {
  const { size } = recipe.image;
  return [
    'Unpack the zip and open `index.html`: a page that names what is on a picture or before the camera. It needs no server; put the folder on any to show it to others.',
    `A page of your own, beside \`model.json\` and \`picture.jpg\`, on a server (\`npx serve\` makes one):

\`\`\`html
<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@${tf.version.tfjs}"></script>
<img id="picture" src="picture.jpg" alt="" />
<p id="answer"></p>
<script type="module">
  const model = await tf.loadLayersModel('./model.json');
  const { labels, preprocessing } = (await (await fetch('model.json')).json()).userDefinedMetadata;
  const { order, scale, offset } = preprocessing;
  const picture = document.getElementById('picture');
  await picture.decode();
  // Red, green and blue from 0 to 255: the preprocessing is yours to do.
  const pixels = tf.image.resizeBilinear(tf.browser.fromPixels(picture).toFloat(), [${size}, ${size}]);
  const input = pixels.gather([...order], 2).mul(tf.tensor1d(scale)).add(tf.tensor1d(offset)).expandDims(0);
  const probabilities = await model.predict(input).data();
  const highest = probabilities.indexOf(Math.max(...probabilities));
  document.getElementById('answer').textContent = \`\${labels[highest]}: \${(100 * probabilities[highest]).toFixed(1)} %\`;
</script>
\`\`\``,
    takesTheirPictures(preprocessing) ? theirs(size) : NOT_THEIRS,
  ].join('\n\n');
}

const theirs = (
  size: number,
): string => `With Teachable Machine's library, which finds the names in \`metadata.json\`:

\`\`\`js
const model = await tmImage.load('./model.json', './metadata.json');
const predictions = await model.predict(picture); // [{ className, probability }, …]
\`\`\`

${
  size === ML5_SIZE
    ? "ml5 opens it by its address: `ml5.imageClassifier('https://…/model.json')`."
    : `ml5 brings every picture to ${ML5_SIZE} by ${ML5_SIZE} pixels, so it cannot use this network, which takes ${size} by ${size}.`
}`;

const NOT_THEIRS =
  "Teachable Machine's library and ml5 give a network red, green and blue from -1 to 1, which is not what this one was trained on: there is no `metadata.json` for them.";
