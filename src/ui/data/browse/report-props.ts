/** What the report and each of its parts are given. */
import type { DatasetSummary } from '../../../protocol/dataset.ts';
import type { Recipe } from '../../../protocol/recipe.ts';
import type { Thumbnails } from '../../../store/thumbnails.ts';

export interface ReportProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  /** Opens a picture; the list that it is among comes along. */
  readonly onOpen: (row: number, rows: readonly number[]) => void;
}
