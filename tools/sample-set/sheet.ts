/**
 * Owns contact sheets: a grid of faces to look at. `npx tsx tools/sample-set/sheet.ts OUT.png [kind]`,
 * kind `strong` (each emotion at full intensity, one row each) or `set` (as the sample set draws them).
 */
import { writeFileSync } from 'node:fs';
import { createCanvas } from '@napi-rs/canvas';
import { hex } from './colour.ts';
import { EMOTIONS, expressionOf } from './face/emotions.ts';
import { paintFace, type Face } from './face/face.ts';
import { drawPerson } from './face/person.ts';
import { Chance } from './rng.ts';
import { drawScene, plainScene } from './scene.ts';

const [out, kind = 'strong', sizeText = '128', seedText = '7'] = process.argv.slice(2);
if (!out) throw new TypeError('sheet: expected the name of a PNG to write, got nothing');
const side = Number(sizeText);
const columns = 10;
const label = 18;
const canvas = createCanvas(columns * side, EMOTIONS.length * (side + label));
const ctx = canvas.getContext('2d');
ctx.fillStyle = '#fff';
ctx.fillRect(0, 0, canvas.width, canvas.height);
EMOTIONS.forEach((emotion, row) => {
  ctx.fillStyle = '#000';
  ctx.font = '14px sans-serif';
  ctx.fillText(emotion, 4, row * (side + label) + 14);
  for (let column = 0; column < columns; column++) {
    const chance = new Chance(Number(seedText), row * columns + column);
    // With `strong`, a column is one person throughout, so that only the expression changes.
    const person = drawPerson(kind === 'strong' ? new Chance(Number(seedText), 1000 + column) : chance);
    const face: Face = {
      person,
      intensities: expressionOf(emotion, chance, kind === 'strong' ? 1 : undefined),
      scene: kind === 'strong' ? plainScene(hex('#aabbbb')) : drawScene(chance),
    };
    ctx.drawImage(paintFace(face, side), column * side, row * (side + label) + label);
  }
});
writeFileSync(out, canvas.toBuffer('image/png'));
