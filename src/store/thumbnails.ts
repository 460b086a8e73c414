/**
 * Small pictures for long lists. What is watched is asked for, a few at a time; what is no longer watched (it has
 * scrolled away) is not asked for any more, and a request of which nothing is watched is cancelled.
 */
import type { Call } from '../client/studio-client.ts';
import { isAbort, StudioError } from '../protocol/errors.ts';
import { picturesOf, RecentPictures, type Picture } from './pictures.ts';

/** Rows of one request: some of what a screen holds, so that the first come soon. */
const ROWS_A_REQUEST = 24;
/** One is carried out while the next is on its way. */
const REQUESTS_AT_ONCE = 2;
/** A thousand pictures of 100 pixels a side. */
const MOST_BYTES = 40e6;

type Paint = (picture: Picture) => void;

export class Thumbnails {
  readonly #ask: (rows: readonly number[]) => Call<'thumbnails'>;
  readonly #recent = new RecentPictures(MOST_BYTES);
  readonly #watchers = new Map<number, Set<Paint>>();
  readonly #underWay = new Map<Call<'thumbnails'>, readonly number[]>();
  /** Asked for in vain; they are asked for again when they come into sight anew. */
  readonly #refused = new Set<number>();
  #isPlanned = false;

  constructor(ask: (rows: readonly number[]) => Call<'thumbnails'>) {
    this.#ask = ask;
  }

  /**
   * Paints a row's picture, now or when it comes.
   *
   * @returns what ends the watching
   */
  watch(row: number, paint: Paint): () => void {
    const picture = this.#recent.get(row);
    if (picture !== undefined) {
      paint(picture);
      return () => undefined;
    }
    const watchers = this.#watchers.get(row) ?? new Set();
    this.#watchers.set(row, watchers.add(paint));
    this.#plan();
    return () => {
      watchers.delete(paint);
      if (watchers.size > 0 || this.#watchers.get(row) !== watchers) return;
      this.#watchers.delete(row);
      this.#refused.delete(row);
      this.#plan();
    };
  }

  /** All that mounts or scrolls away in one turn is looked at together. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#cancelUnwatched();
      this.#askForMore();
    });
  }

  #cancelUnwatched(): void {
    for (const [call, rows] of this.#underWay) {
      if (rows.some((row) => this.#watchers.has(row))) continue;
      call.control('cancel');
      this.#underWay.delete(call);
    }
  }

  #askForMore(): void {
    while (this.#underWay.size < REQUESTS_AT_ONCE) {
      const asked = new Set([...this.#underWay.values()].flat());
      const wanted = [...this.#watchers.keys()].filter((row) => !asked.has(row) && !this.#refused.has(row));
      const rows = wanted.slice(0, ROWS_A_REQUEST);
      if (rows.length === 0) return;
      const call = this.#ask(rows);
      this.#underWay.set(call, rows);
      void this.#receive(call, rows);
    }
  }

  async #receive(call: Call<'thumbnails'>, rows: readonly number[]): Promise<void> {
    try {
      const pictures = picturesOf(await call.result);
      for (const [row, picture] of pictures) {
        this.#recent.set(row, picture);
        for (const paint of this.#watchers.get(row) ?? []) paint(picture);
        this.#watchers.delete(row);
      }
    } catch (error) {
      if (!(error instanceof StudioError) && !isAbort(error)) throw error;
      // A picture that does not come is a blank square. What was cancelled and is in sight again is asked for anew.
      if (!isAbort(error)) for (const row of rows) if (this.#watchers.has(row)) this.#refused.add(row);
    } finally {
      this.#underWay.delete(call);
      this.#plan();
    }
  }
}
