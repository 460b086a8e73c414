/**
 * Owns the starter weights' training pictures. `npx tsx tools/starter-weights/draw.ts FOLDER [count] [seed]`
 *
 * The same people and scenes as the sample set, from another seed, so that no picture is shared. The
 * expressions are not emotions: each action unit is drawn on its own, and the targets are the units'
 * intensities and what else can be seen. No emotion label is ever made.
 *
 * FOLDER gets shards of raw bytes: `pictures-NNN.u8` [n, 96, 96, 3] and `targets-NNN.f32` [n, targets],
 * and `manifest.json`. They are large and can be drawn again: keep them out of the repository.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { ACTION_UNIT_NAMES, atRest, type Intensities } from '../sample-set/face/action-units.ts';
import { luma } from '../sample-set/colour.ts';
import { paintFace, type Face } from '../sample-set/face/face.ts';
import { BEARDS, drawPerson, SKIN_TONES } from '../sample-set/face/person.ts';
import { Chance } from '../sample-set/rng.ts';
import { drawScene } from '../sample-set/scene.ts';

const SIDE_PX = 96;
const SHARD_SIZE = 2500;

/** What the network must tell, beside the action units; all near the range -1..1. */
const ATTRIBUTES: Record<string, (face: Face) => number> = {
  glasses: ({ person }) => (person.glasses === 'none' ? 0 : 1),
  beard: ({ person }) => BEARDS.indexOf(person.beard) / (BEARDS.length - 1),
  skinTone: ({ person }) => person.toneIndex / (SKIN_TONES.length - 1),
  hairLightness: ({ person }) => luma(person.hair),
  age: ({ person }) => (person.ageYears - 50) / 34,
  yaw: ({ scene }) => scene.yaw * 3,
  pitch: ({ scene }) => scene.pitch * 5,
  roll: ({ scene }) => scene.roll * 5,
  gazeX: ({ scene }) => scene.gazeX * 2,
  lightX: ({ scene }) => Math.cos(scene.lightAngle) * scene.lightStrength,
};

/** Action units at random, each by itself: combinations that no emotion makes are as likely as any. */
function randomIntensities(chance: Chance): Intensities {
  const result = atRest();
  const rate = chance.between(0.08, 0.4);
  for (const name of ACTION_UNIT_NAMES) {
    if (chance.happens(name === 'AU43' ? rate / 2 : rate)) result[name] = chance.between(0.05, 1);
  }
  // A jaw cannot drop a little and stretch wide at once.
  if (result.AU27 > 0) result.AU26 = 0;
  if (result.AU26 + result.AU27 > 0.3) result.AU24 = 0;
  return result;
}

function drawFace(seed: number, index: number): Face {
  const chance = new Chance(seed, index);
  return { person: drawPerson(chance), scene: drawScene(chance), intensities: randomIntensities(chance) };
}

interface Shard {
  readonly pictures: Uint8Array;
  readonly targets: Float32Array;
}

async function drawShard(seed: number, first: number, count: number): Promise<Shard> {
  const readers = Object.values(ATTRIBUTES);
  const width = ACTION_UNIT_NAMES.length + readers.length;
  const pictures = new Uint8Array(count * SIDE_PX * SIDE_PX * 3);
  const targets = new Float32Array(count * width);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const face = drawFace(seed, first + i);
    const { data } = paintFace(face, SIDE_PX).getContext('2d').getImageData(0, 0, SIDE_PX, SIDE_PX);
    for (let p = 0; p < data.length; p += 4) {
      pictures[at++] = data[p]!;
      pictures[at++] = data[p + 1]!;
      pictures[at++] = data[p + 2]!;
    }
    const row = [
      ...ACTION_UNIT_NAMES.map((name) => face.intensities[name]),
      ...readers.map((read) => read(face)),
    ];
    targets.set(row, i * width);
    // The canvas frees read-back pixels between turns of the event loop only; without one, memory fills.
    await turn();
  }
  return { pictures, targets };
}

const [folder, countText = '50000', seedText = '20260'] = process.argv.slice(2);
if (!folder) throw new TypeError('draw: expected a folder to write to, got nothing');
const [count, seed] = [Number(countText), Number(seedText)];
if (!Number.isInteger(count) || !Number.isInteger(seed)) {
  throw new TypeError(`draw: expected whole numbers as count and seed, got ${countText} and ${seedText}`);
}
mkdirSync(folder, { recursive: true });
const targetNames = [...ACTION_UNIT_NAMES, ...Object.keys(ATTRIBUTES)];
writeFileSync(
  join(folder, 'manifest.json'),
  JSON.stringify({
    seed,
    count,
    sidePx: SIDE_PX,
    shardSize: SHARD_SIZE,
    actionUnits: ACTION_UNIT_NAMES.length,
    targetNames,
  }),
);
for (let first = 0; first < count; first += SHARD_SIZE) {
  const number = String(first / SHARD_SIZE).padStart(3, '0');
  const targetsFile = join(folder, `targets-${number}.f32`);
  // Targets are written last: where they are, the shard is whole, and an interrupted run goes on from there.
  if (existsSync(targetsFile)) continue;
  const { pictures, targets } = await drawShard(seed, first, Math.min(SHARD_SIZE, count - first));
  writeFileSync(join(folder, `pictures-${number}.u8`), pictures);
  writeFileSync(targetsFile, targets);
  console.log(`${Math.min(first + SHARD_SIZE, count)} of ${count}`);
}
