/**
 * What a chart is: a drawing, the same in one sentence of words, and the same as a table. The page shows all charts of a
 * thing that it has (a set, a run, an evaluation …) and knows none of them by name; the registry lists them.
 */
import type { ComponentType } from 'react';
import type { DatasetSummary } from '../protocol/set/dataset.ts';
import type { Evaluation, RatePoint } from '../protocol/events.ts';
import type { FullRecipe } from '../protocol/recipe/full-recipe.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';
import type { KeptRun } from '../protocol/runs/kept.ts';
import type { RunRecord, RunState } from '../store/state.ts';

/** A cell of a confusion matrix. */
export interface Cell {
  readonly truth: number;
  readonly predicted: number;
}

/** What there are charts of. */
export interface Subjects {
  /** The set that is open. */
  readonly set: DatasetSummary;
  /** A run, planned or as far as it has come. */
  readonly run: {
    readonly recipe: Recipe;
    /** Null before it has begun. */
    readonly record: RunRecord | null;
    readonly kind: RunState['kind'];
    /** How many the set has; 0 where that is not known yet. */
    readonly classes: number;
    /** What the pictures are of, a plain plural: `faces`. */
    readonly noun: string;
  };
  /** What the network made of one part of the set. */
  readonly evaluation: {
    readonly labels: readonly string[];
    /** Null before there is one. */
    readonly evaluation: Evaluation | null;
    /** The cell whose pictures are shown. */
    readonly chosen: Cell | null;
    readonly onChoose: (cell: Cell) => void;
  };
  /** Rates that were tried, and the one suggested: null while none is. */
  readonly sweep: {
    readonly points: readonly RatePoint[];
    /** Of a whole sweep; null before the first. */
    readonly steps: number | null;
    readonly suggested: number | null;
  };
  /** The kept runs that were tested on one set, the oldest first, and the one under way. */
  readonly runs: {
    /** Of the run that is shown, or is about to be. */
    readonly recipe: FullRecipe;
    readonly runs: readonly KeptRun[];
    readonly run: RunState;
    /** What a backbone is called. */
    readonly labelOf: (name: string) => string;
  };
}

/** What a chart's parts are given. */
export interface ChartProps<Subject> {
  readonly subject: Subject;
  /** The chart's own summary of the subject. */
  readonly summary: string;
}

/** An entry of the registry. */
export interface Chart<Subject> {
  /** Told from the others by it. */
  readonly name: string;
  /** Whether there is something to show of it. */
  readonly suits: (subject: Subject) => boolean;
  /** What it shows, in sentences that hold without seeing it. */
  readonly summary: (subject: Subject) => string;
  /** Carries the summary as its label; null where the table is the drawing, with bars or shades in its cells. */
  readonly Drawing: ComponentType<ChartProps<Subject>> | null;
  /** The same numbers; carries the summary as its caption where it is the drawing. */
  readonly Table: ComponentType<ChartProps<Subject>>;
}
