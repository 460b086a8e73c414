/**
 * What a file of runs holds: `runs.json` says what is in it, and for each run there is its recipe as JSON and its record
 * and network as packed values. Frozen values of a backbone are in it once, whichever runs need them. An ensemble has a
 * record alone: the networks are those of its members, each of which is in the file as a run, once. Where it was asked for,
 * the pictures of a set are in it as one Parquet file.
 */
import type { Preprocessing } from '../../../models/backbones/backbone.ts';
import type { RunWords } from '../../../protocol/runs/kept.ts';
import type { KeptNetwork } from '../kept-network.ts';
import type { PicturesIndex } from './pictures.ts';

/** Grows when what is written is laid out anew. The first had no ensembles and no pictures. */
export const FORMAT = 2;

export const INDEX = 'runs.json';

/** What the index says of a run. */
export interface IndexEntry extends Pick<RunWords, 'name' | 'note' | 'isStarred'> {
  readonly runId: string;
  readonly finishedAtMs: number;
  /** Hash of what its backbone began with, where its frozen values are shared; null where its network has all, or it has none. */
  readonly backbone: string | null;
}

export interface Index {
  readonly format: number;
  /** Of the version that wrote it. */
  readonly mien: string;
  readonly runs: readonly IndexEntry[];
  /** Absent where no pictures go along. */
  readonly pictures?: PicturesIndex | undefined;
}

/** A network as it is packed; `frozen` are names of shared values. */
export interface PackedNetwork extends Pick<KeptNetwork, 'labels' | 'flavour' | 'weights' | 'other'> {
  readonly preprocessing: Preprocessing;
  readonly frozen: readonly string[];
}

export const pathOf = (runId: string, what: 'recipe.json' | 'record.bin' | 'network.bin'): string =>
  `runs/${runId}/${what}`;

export const valuesPath = (sha256: string): string => `backbones/${sha256}.bin`;
