/** Holds Philox to its authors' vectors (Random123, `kat_vectors`) and the draws to what they promise. */
import { describe, expect, it } from 'vitest';
import { keyedRandom, philox4x32, shuffledRange } from '../../../src/lib/random.ts';

describe('philox4x32', () => {
  it.each([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])('gives its authors words for the counter $counter', ({ counter, key, words }) => {
    expect(Array.from(philox4x32(Uint32Array.from(counter), key[0]!, key[1]!))).toEqual(words);
  });
});

describe('keyedRandom', () => {
  it('gives the same draws for the same key and others for any other', () => {
    const draws = (...key: Parameters<typeof keyedRandom>): number[] => {
      const random = keyedRandom(...key);
      return Array.from({ length: 6 }, () => random.nextUint32());
    };
    const first = draws(42, 'rotation', 3, 17);
    expect(draws(42, 'rotation', 3, 17)).toEqual(first);
    for (const other of [
      draws(43, 'rotation', 3, 17),
      draws(42, 'zoom', 3, 17),
      draws(42, 'rotation', 4, 17),
      draws(42, 'rotation', 3, 18),
      draws(42, 'rotation', 3, 17, 1),
    ]) {
      expect(other).not.toEqual(first);
    }
  });

  it('draws with the moments of the named distributions', () => {
    const random = keyedRandom(7, 'moments');
    const count = 20_000;
    const mean = (draw: () => number): number => {
      let sum = 0;
      for (let i = 0; i < count; i += 1) sum += draw();
      return sum / count;
    };
    expect(mean(() => random.uniform(-2, 4))).toBeCloseTo(1, 1);
    expect(mean(() => random.normal())).toBeCloseTo(0, 1);
    expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1);
    expect(mean(() => Number(random.bernoulli(0.3)))).toBeCloseTo(0.3, 1);
  });
});

describe('shuffledRange', () => {
  it('holds every number once, in an order of its key', () => {
    const order = shuffledRange(1000, 42, 'epoch', 0, 1);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(shuffledRange(1000, 42, 'epoch', 0, 1)).toEqual(order);
    expect(shuffledRange(1000, 42, 'epoch', 0, 2)).not.toEqual(order);
  });

  it('puts every number at every place about equally often', () => {
    const places = new Uint32Array(25);
    for (let epoch = 0; epoch < 5000; epoch += 1) {
      for (const [place, value] of shuffledRange(5, 1, 'fair', epoch).entries()) {
        places[place * 5 + value] = places[place * 5 + value]! + 1;
      }
    }
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
