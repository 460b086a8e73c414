/** The sentence in four columns. They have nothing to show before the engine has begun, and come while it loads. */
import type { ReactElement } from 'react';
import { DataColumn } from './data/DataColumn.tsx';
import { ModelColumn } from './model/ModelColumn.tsx';
import { ResultsColumn } from './results/ResultsColumn.tsx';
import { TrainingColumn } from './training/TrainingColumn.tsx';

export function Columns(): ReactElement {
  return (
    <>
      <DataColumn />
      <ModelColumn />
      <TrainingColumn />
      <ResultsColumn />
    </>
  );
}
