/**
 * Owns making the sample set. `npx tsx tools/sample-set/make.ts [seed] [OUT.parquet]`
 *
 * Picture i is drawn from a generator keyed by (seed, i), so the same seed gives the same file.
 */
import { writeFileSync } from 'node:fs';
import { EMOTIONS, expressionOf, type Emotion } from './face/emotions.ts';
import { paintFace } from './face/face.ts';
import { encodeHubRows, type HubRow } from './hub-parquet.ts';
import { drawPerson } from './face/person.ts';
import { Chance } from './rng.ts';
import { drawScene } from './scene.ts';

const SIDE_PX = 128;
const ROWS_IN_A_GROUP = 200;
const QUESTION = 'What emotion does this face show?';

/** As uneven as the Hub's set: its 9,400 rows in proportion, for 1,200. */
const COUNTS: Record<Emotion, number> = {
  anger: 150,
  content: 146,
  disgust: 149,
  fear: 151,
  happy: 139,
  neutral: 156,
  sad: 151,
  surprise: 158,
};

function drawRow(seed: number, index: number, row: number, emotion: Emotion): HubRow {
  const chance = new Chance(seed, index);
  const person = drawPerson(chance);
  const scene = drawScene(chance);
  const canvas = paintFace({ person, scene, intensities: expressionOf(emotion, chance) }, SIDE_PX);
  // The name says the place in the file and nothing else: a label must not leak through it.
  const path = `face-${String(row).padStart(4, '0')}.jpg`;
  return {
    image: { bytes: canvas.toBuffer('image/jpeg', scene.jpegQuality), path },
    qa: [{ question: QUESTION, answer: emotion }],
  };
}

const seed = Number(process.argv[2] ?? 42);
const out = process.argv[3] ?? new URL('../../public/sample/faces.parquet', import.meta.url);
if (!Number.isInteger(seed))
  throw new TypeError(`make: expected a whole number as seed, got ${process.argv[2] ?? ''}`);

const plan = EMOTIONS.flatMap((emotion) => Array.from({ length: COUNTS[emotion] }, () => emotion)).map(
  (emotion, index) => ({ emotion, index }),
);
new Chance(seed, -1).shuffle(plan);
const rows = plan.map(({ emotion, index }, row) => drawRow(seed, index, row, emotion));
const file = await encodeHubRows(rows, ROWS_IN_A_GROUP);
writeFileSync(out, file);
console.log(`${rows.length} faces, ${file.byteLength} bytes, seed ${seed}`);
