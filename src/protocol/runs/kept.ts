/** What is said of the runs that are kept: each that came to its end, or was stopped, until the user deletes it. */
import type { DatasetSummary } from '../set/dataset.ts';
import type { WireError } from '../errors.ts';
import { countOf } from '../../lib/format.ts';
import type { EndedPhase, Evaluation, RunResult } from '../events.ts';
import type { FullRecipe } from '../recipe/full-recipe.ts';
import type { Ensemble } from './ensemble.ts';
import type { RunPace } from './pace.ts';

/** What the user says of a run. */
export interface RunWords {
  /** Empty where it has none of its own. */
  readonly name: string;
  readonly note: string;
  readonly isStarred: boolean;
  /** Deleted, but here until the tab that did it is closed. */
  readonly isDeleted: boolean;
}

/** How a kept run did on its test pictures. */
export interface KeptTest {
  /** Top-1, 0 to 1. */
  readonly accuracy: number;
  /** 95 % Wilson interval of it; null in a run that an earlier version kept. */
  readonly interval: readonly [number, number] | null;
  /** Pictures; null likewise. */
  readonly pictures: number | null;
}

/** A line of the list of kept runs. */
export interface KeptRun extends RunWords {
  readonly runId: string;
  /** In ms since 1970. */
  readonly finishedAtMs: number;
  readonly recipe: FullRecipe;
  readonly labels: readonly string[];
  /** Null where it was not tested. */
  readonly test: KeptTest | null;
  readonly stopped: boolean;
  /** Phases of the recipe that it came to: fewer than all where it was stopped before. */
  readonly phases: number;
  /** Of its test pictures: runs with the same were asked about the same. Null where they are not known. */
  readonly testHash: string | null;
  /** Of training and testing; null in a run that an earlier version kept. */
  readonly seconds: number | null;
  /** Null likewise, or where there is nothing to measure it by. */
  readonly pace: RunPace | null;
  /** As `computedSentence` has it. Absent in a run that an earlier version kept, and in what was not trained here: several that answer, or a network from files. */
  readonly computed?: string;
  /** Numbers that its network is made of; null likewise, or where several networks answer. */
  readonly parameters: number | null;
  /** What is stored of it, without frozen values, which others may need too. */
  readonly sizeBytes: number;
  /** False for one that could not be stored, and goes with the tab. */
  readonly isStored: boolean;
  /** Where it is several kept runs that answer together. */
  readonly ensemble?: Ensemble;
}

/** A network that came as files, among the kept runs now. */
export interface BroughtRun {
  readonly run: KeptRun;
  /** What must be known of it, in sentences. */
  readonly notes: readonly string[];
  /** Whether a proof came along, by which it answers as it did when it was exported. */
  readonly isHeld: boolean;
}

/** All of them. */
export interface KeptRuns {
  /** The latest first. */
  readonly runs: readonly KeptRun[];
  readonly room: KeptRoom;
  /** Why those that are stored cannot be listed; null where they can. */
  readonly trouble: WireError | null;
}

/** The room that kept runs take, in bytes. */
export interface KeptRoom {
  /** Of all of them. */
  readonly takenBytes: number;
  /** Of that, what backbones share: values that runs left as they were, each once. */
  readonly frozenBytes: number;
  /** What can still be kept here; null where nobody knows. */
  readonly freeBytes: number | null;
}

/** A change of one of them. A deleted run can be restored until the tab that deleted it is closed, or it is discarded. */
export type KeptChange = { readonly runId: string } & (
  | { readonly do: 'rename'; readonly name: string }
  | { readonly do: 'note'; readonly note: string }
  | { readonly do: 'star'; readonly isStarred: boolean }
  | { readonly do: 'delete' | 'restore' | 'discard' }
);

/** All that is kept of a run beside its network: what its charts are drawn from. */
export interface KeptRecord {
  readonly result: RunResult;
  /** Phases with their validation; empty in a run that an earlier version kept. */
  readonly ended: readonly EndedPhase[];
  /** The set as it was trained on, without pictures; null likewise. */
  readonly dataset: DatasetSummary | null;
  /** Where it is several kept runs that answer together: then it has no curves and no network of its own. */
  readonly ensemble?: Ensemble;
}

/** How a kept network does on an open set: of classes that it knows by name, on pictures that it did not learn from. */
export interface OtherSetResult {
  /** By the network's classes; macro F1 is the mean over those that the set has. */
  readonly evaluation: Evaluation;
  /** Classes of the set that the network does not know, whose pictures were not asked about. */
  readonly unknownClasses: readonly { readonly label: string; readonly pictures: number }[];
  /** Classes of the network of which the set has no picture. */
  readonly absentClasses: readonly string[];
  /** Pictures that were in its training or validation, and were not asked about. */
  readonly seenBefore: number;
  /** Whether it is the set that it was trained on; of another one nobody knows whether some of its pictures were seen. */
  readonly isOwnSet: boolean;
}

/** What was left out and what has to be known, in whole sentences. */
export function otherSetNotes(result: Omit<OtherSetResult, 'evaluation'>): readonly string[] {
  const { unknownClasses, absentClasses, seenBefore, isOwnSet } = result;
  const unknown = unknownClasses.reduce((sum, { pictures }) => sum + pictures, 0);
  return [
    ...(unknownClasses.length === 0
      ? []
      : [
          `Not asked about: ${countOf(unknown, 'picture')} of ${countOf(unknownClasses.length, 'class', 'classes')} that the network does not know (${listOf(unknownClasses.map(({ label }) => label))}).`,
        ]),
    ...(seenBefore === 0
      ? []
      : [`Not asked about: ${countOf(seenBefore, 'picture')} that it had in training or validation.`]),
    ...(absentClasses.length === 0 ? [] : [`The set has no picture of ${listOf(absentClasses)}.`]),
    ...(isOwnSet ? [] : ['Whether some of these pictures were in its training is not known.']),
  ];
}

const listOf = (names: readonly string[]): string =>
  `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${(names.length - 8).toString()} more` : ''}`;

/** What came of taking runs in from a file. */
export interface TakenRuns {
  readonly taken: number;
  /** Those that are here already, and stayed as they are. */
  readonly known: number;
  /** What their pictures are called among the stored sets; null where none were in the file, or none were wanted. */
  readonly set: string | null;
  /** Why some could not be stored; they go with the tab. Null where all were. */
  readonly trouble: WireError | null;
}

/** Seconds that a run took, in all its stages. */
export function secondsOf({ secondsByStage }: Pick<RunResult, 'secondsByStage'>): number {
  return Object.values(secondsByStage).reduce((sum, seconds) => sum + seconds, 0);
}
