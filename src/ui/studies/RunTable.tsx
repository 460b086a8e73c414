/** The runs of a study as a table: what each has in the varied fields, and what came of it. */
import type { ReactElement, ReactNode } from 'react';
import { variedFields, type PlannedRun, type Study } from '../../protocol/runs/study.ts';

interface RunTableProps {
  readonly study: Study;
  readonly runs: readonly PlannedRun[];
  /** Heads and cells behind the fields. */
  readonly heads?: readonly string[];
  readonly cellsOf?: (run: PlannedRun) => readonly ReactNode[];
}

const nothing = (): readonly ReactNode[] => [];

export function RunTable({ study, runs, heads = [], cellsOf = nothing }: RunTableProps): ReactElement {
  const fields = variedFields(study);
  return (
    <div className="study-scroll" tabIndex={0} role="group" aria-label={`Runs of ${study.name}`}>
      <table className="compare-table study-runs">
        <thead>
          <tr>
            {(fields.length === 0 ? ['run'] : fields).map((path) => (
              <th key={path} scope="col">
                {fields.length === 0 ? path : <code>{path}</code>}
              </th>
            ))}
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.name}>
              {(fields.length === 0
                ? [run.recipe.backbone.name]
                : fields.map((path) => valueText(run.values[path]))
              ).map((text, index) =>
                index === 0 ? (
                  <th key={index} scope="row">
                    {text}
                  </th>
                ) : (
                  <td key={index}>{text}</td>
                ),
              )}
              {cellsOf(run).map((cell, index) => (
                <td key={`came-${index.toString()}`}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const valueText = (value: unknown): string => {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
