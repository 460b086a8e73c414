/**
 * Keeps the checkpoints of one run, an epoch each, while its steps go on. Storage that fails costs resuming after a
 * reload, not the run: it is said once, and the last checkpoint is kept in memory, for a GPU that goes away.
 */
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import {
  arraysOf,
  disposeCheckpoint,
  epochOf,
  keptEpochOf,
  type Checkpoint,
  type CheckpointTensors,
} from './checkpoint.ts';
import { lastNumber, readCheckpoint, stateKey, writeCheckpoint, writeFailure } from './stored-checkpoints.ts';

export class CheckpointKeeper {
  /** Being written. */
  #writing: Promise<void> | null = null;
  /** To be written after that: the newest alone. */
  #next: CheckpointTensors | null = null;
  /** Of the last one written; null until the store was looked at. */
  #number: number | null = null;
  /** States that were written, by phase and epoch. */
  readonly #written = new Map<string, string>();
  /** The last one, where it could not be stored. */
  #inMemory: Checkpoint | null = null;
  #hasTrouble = false;

  constructor(
    readonly runId: string,
    readonly store: ByteStore | null,
    readonly told: {
      /** Whether the device that the tensors are on has gone away. */
      readonly isLost: () => boolean;
      /** Told once, in one line, when checkpoints cannot be kept. */
      readonly onTrouble: (notice: StudioError) => void;
    },
  ) {}

  /** Takes over the tensors and begins to write; returns at once. */
  keep(checkpoint: CheckpointTensors): void {
    if (this.#next !== null) disposeCheckpoint(this.#next);
    this.#next = checkpoint;
    this.#writing ??= this.#writeAll();
  }

  /** Waits until what was handed over is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** The last checkpoint; null where none was made. */
  async latest(): Promise<Checkpoint | null> {
    await this.settled();
    if (this.#inMemory !== null || this.store === null || this.#written.size === 0) return this.#inMemory;
    return readCheckpoint(this.store, this.runId);
  }

  /** The run has ended well: nothing to go on from. */
  async forget(): Promise<void> {
    await this.settled();
    try {
      await this.store?.deleteAll(`${this.runId}/`);
    } catch (error) {
      this.#say(error);
    }
  }

  /** The run cannot go on: its last checkpoint stays for its network, with the reason. */
  async failed(reason: StudioError): Promise<void> {
    await this.settled();
    try {
      if (this.store !== null) await writeFailure(this.store, this.runId, reason.toWire());
    } catch (error) {
      this.#say(error);
    }
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#take(); next !== null; next = this.#take()) {
      try {
        await this.#write(next);
      } catch (error) {
        // The run ends with the same loss, and goes on from the checkpoint before.
        if (!this.told.isLost()) this.#say(error);
      } finally {
        disposeCheckpoint(next);
      }
    }
    this.#writing = null;
  }

  #take(): CheckpointTensors | null {
    const next = this.#next;
    this.#next = null;
    return next;
  }

  async #write({ head, ...tensors }: CheckpointTensors): Promise<void> {
    const epoch = epochOf(head);
    const keptEpoch = keptEpochOf(head);
    const [weights, slots, best, earlier] = await Promise.all([
      arraysOf(tensors.weights),
      arraysOf(tensors.slots),
      arraysOf(tensors.best),
      arraysOf(tensors.earlier),
    ]);
    if (this.store === null || this.#hasTrouble) {
      this.#inMemory = { head, weights, slots, best, earlier };
      return;
    }
    try {
      const number = (this.#number ?? (await lastNumber(this.store, this.runId))) + 1;
      this.#number = number;
      const own = stateKey(this.runId, number);
      const bestKey = keptEpoch === epoch ? own : this.#written.get(placeOf(head.phaseIndex, keptEpoch));
      const stored = { head, bestKey: bestKey ?? own, bestNames: Object.keys(best) };
      const state = { weights, slots, best: bestKey === undefined ? best : null, earlier };
      await writeCheckpoint(this.store, number, stored, state);
      this.#written.set(placeOf(head.phaseIndex, epoch), own);
    } catch (error) {
      this.#inMemory = { head, weights, slots, best, earlier };
      throw error;
    }
  }

  #say(error: unknown): void {
    if (this.#hasTrouble) return;
    this.#hasTrouble = true;
    const { code, message } = asStudioError(error);
    this.told.onTrouble(
      new StudioError({
        code,
        message: `Checkpoints cannot be kept: ${message}`,
        hint: 'The run goes on, but cannot be resumed once it is closed.',
        cause: error,
      }),
    );
  }
}

const placeOf = (phaseIndex: number, epoch: number): string => `${phaseIndex}/${epoch}`;
