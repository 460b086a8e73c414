/** Pictures of the set: which are asked for, in which portions, which are cancelled, and which are let go of. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { StudioError } from '../../../src/protocol/errors.ts';
import type { RgbaPictures } from '../../../src/protocol/set/dataset.ts';
import { PictureAlbum, Thumbnails } from '../../../src/store/set/pictures.ts';
import { dataset } from './samples.ts';

interface Asked {
  readonly rows: readonly number[];
  readonly controls: string[];
  answer(): void;
  refuse(error: Error): void;
}

/** Of one pixel a picture, whose red is the row's number. */
const answerFor = (rows: readonly number[]): RgbaPictures => ({
  size: 1,
  rows,
  rgba: Uint8ClampedArray.from(rows.flatMap((row) => [row, 0, 0, 255])),
});

function listOf() {
  const asked: Asked[] = [];
  const thumbnails = new Thumbnails((rows) => {
    let answer = (): void => undefined;
    let refuse = (_: Error): void => undefined;
    const result = new Promise<RgbaPictures>((resolve, reject) => {
      answer = () => resolve(answerFor(rows));
      refuse = reject;
    });
    const controls: string[] = [];
    asked.push({ rows, controls, answer, refuse });
    return { result, control: (action) => controls.push(action) };
  });
  const painted: number[] = [];
  const watch = (row: number): (() => void) =>
    thumbnails.watch(row, (picture) => painted.push(picture.data[0] ?? -1));
  return { asked, painted, watch };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

beforeAll(() => {
  // Node has no ImageData; this is all that is used of it.
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(readonly data: Uint8ClampedArray) {}
    },
  );
});

describe('the album', () => {
  /** Room for three pictures of one pixel. */
  function albumOf() {
    const asked: (readonly number[])[] = [];
    const album = new PictureAlbum((rows) => {
      asked.push(rows);
      return Promise.resolve(answerFor(rows));
    }, 12);
    const show = async (rows: readonly number[], of = dataset): Promise<void> => {
      await Promise.all(rows.map((row) => album.get(of, row)));
    };
    return { asked, show };
  }

  it('asks once for the rows of one turn, and never for those it has', async () => {
    const { asked, show } = albumOf();
    await Promise.all([show([1, 2]), show([2, 3])]);
    await show([3, 1]);
    expect(asked).toEqual([[1, 2, 3]]);
  });

  it('lets go of the pictures that were used longest ago, so that it does not grow', async () => {
    const { asked, show } = albumOf();
    await show([1, 2, 3]);
    await show([1]);
    await show([4]);
    expect(asked).toEqual([[1, 2, 3], [4]]);
    await show([3, 1, 4]);
    expect(asked).toHaveLength(2);
    await show([2]);
    expect(asked.at(-1)).toEqual([2]);
  });

  it('begins anew with another set', async () => {
    const { asked, show } = albumOf();
    await show([1]);
    await show([1], { ...dataset });
    expect(asked).toEqual([[1]]);
    await show([1], { ...dataset, picturesKey: 'of others' });
    expect(asked).toEqual([[1], [1]]);
  });
});

describe('small pictures', () => {
  it('are asked for in portions, two at once, and painted when they come', async () => {
    const { asked, painted, watch } = listOf();
    range(0, 60).forEach(watch);
    await settled();
    expect(asked.map(({ rows }) => rows)).toEqual([range(0, 24), range(24, 48)]);
    asked[0]?.answer();
    await settled();
    expect(painted).toEqual(range(0, 24));
    expect(asked[2]?.rows).toEqual(range(48, 60));
  });

  it('are not asked for once they have scrolled away, and what is under way for them is cancelled', async () => {
    const { asked, watch } = listOf();
    const ends = range(0, 60).map(watch);
    await settled();
    ends.forEach((end) => {
      end();
    });
    range(100, 110).forEach(watch);
    await settled();
    const [first, second, third] = asked;
    expect([first?.controls, second?.controls, third?.controls]).toEqual([['cancel'], ['cancel'], []]);
    for (const call of [first, second]) call?.refuse(new DOMException('Cancelled', 'AbortError'));
    await settled();
    // Rows 48 to 59 were never asked for.
    expect(asked.slice(2).map(({ rows }) => rows)).toEqual([range(100, 110)]);
  });

  it('go on being fetched while one of a portion is in sight', async () => {
    const { asked, watch } = listOf();
    const [first] = range(0, 10).map(watch);
    first?.();
    await settled();
    expect(asked[0]?.controls).toEqual([]);
  });

  it('are there at once the second time', async () => {
    const { asked, painted, watch } = listOf();
    const end = watch(7);
    await settled();
    asked[0]?.answer();
    await settled();
    end();
    watch(7);
    expect(painted).toEqual([7, 7]);
    expect(asked).toHaveLength(1);
  });

  it('are asked for again when they were cancelled and came back into sight', async () => {
    const { asked, watch } = listOf();
    watch(3)();
    const end = watch(4);
    await settled();
    end();
    await settled();
    expect(asked[0]?.controls).toEqual(['cancel']);
    watch(4);
    await settled();
    asked[0]?.refuse(new DOMException('Cancelled', 'AbortError'));
    await settled();
    expect(asked.map(({ rows }) => rows)).toEqual([[4], [4]]);
  });

  it('stay blank where they cannot be had, without asking on and on', async () => {
    const { asked, watch } = listOf();
    const end = watch(3);
    await settled();
    asked[0]?.refuse(new StudioError({ code: 'bug/row', message: 'm', hint: 'h' }));
    await settled();
    expect(asked).toHaveLength(1);
    end();
    await settled();
    watch(3);
    await settled();
    // Until it is looked at anew.
    expect(asked).toHaveLength(2);
  });
});
