/** Fingerprints of pictures that look more or less alike, made without pictures. */
import { fingerprintOf, THUMBNAIL_SIZE, type Fingerprint } from '../../../src/data/cleaning/fingerprint.ts';

const SIZE = THUMBNAIL_SIZE;

/** Numbers of 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A number around 0, of which two in three lie between -1 and 1. */
const bell = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function printOf(number: number, greyOf: (x: number, y: number) => number): Fingerprint {
  const picture = new Uint8Array(SIZE * SIZE * 3);
  for (let at = 0; at < SIZE * SIZE; at += 1) {
    const grey = Math.max(0, Math.min(255, Math.round(greyOf(at % SIZE, Math.floor(at / SIZE)))));
    picture.fill(grey, at * 3, at * 3 + 3);
  }
  return { ...fingerprintOf(new Uint8Array(0), picture, SIZE), file: number.toString() };
}

/** One picture, each time with noise of its own: 12 grey levels make pairs that are just not alike, 2 copies. */
export function lookAlikes(count: number, noise: number, seed = 1): Fingerprint[] {
  const random = randomOf(seed);
  // All low frequencies are there, so that noise turns few bits of the hash.
  const waves = Array.from({ length: 64 }, () => (random() < 0.5 ? -12 : 12) * (1 + random()));
  const cosines = Array.from({ length: SIZE * 8 }, (_, i) =>
    Math.cos(((2 * (i % SIZE) + 1) * Math.floor(i / SIZE) * Math.PI) / (2 * SIZE)),
  );
  const base = Array.from({ length: SIZE * SIZE }, (_, at) =>
    waves.reduce((sum, height, i) => {
      const [x, y] = [at % SIZE, Math.floor(at / SIZE)];
      return sum + height * cosines[(i % 8) * SIZE + x]! * cosines[(i >> 3) * SIZE + y]!;
    }, 128),
  );
  return Array.from({ length: count }, (_, number) =>
    printOf(number, (x, y) => base[y * SIZE + x]! + noise * bell(random)),
  );
}

/** Things of many shapes and shades in the middle of a white picture. */
export function productShots(count: number, seed = 1): Fingerprint[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, number) => {
    const [width, height, shade, roundness] = [
      6 + random() * 5,
      6 + random() * 5,
      random() * 200,
      1 + random() * 3,
    ];
    return printOf(number, (x, y) => {
      const isThing = Math.abs((x - 16) / width) ** roundness + Math.abs((y - 16) / height) ** roundness < 1;
      return isThing ? shade + ((x * 7 + y * 3) % 11) * 3 : 250;
    });
  });
}
