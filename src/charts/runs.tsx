/** The kept runs on the shown set, each with its interval; published figures as hollow diamonds beside. */
import type { ReactElement } from 'react';
import { countOf, formatDuration, formatPercent } from '../lib/format.ts';
import type { FullRecipe } from '../protocol/recipe/full-recipe.ts';
import type { KeptRun } from '../protocol/runs/kept.ts';
import { publicationOf, type Published } from '../protocol/runs/published.ts';
import { isActive } from '../store/state.ts';
import type { Chart, ChartProps, Subjects } from './chart.ts';
import { Explained } from './terms/Explained.tsx';

type Runs = Subjects['runs'];

/** The chart of runs compared. */
export const runs: Chart<Runs> = {
  name: 'runs',
  suits: (subject) => linesOf(subject).length > 0,
  summary: (subject) => {
    const tested = subject.runs.flatMap(({ test }) => (test === null ? [] : [test.accuracy]));
    const best = tested.length === 0 ? '' : `, the best ${formatPercent(Math.max(...tested))}`;
    const published = publicationOf(subject.recipe)?.figures.length ?? 0;
    const beside = published === 0 ? '' : `; ${countOf(published, 'published figure')} beside`;
    return `Runs compared by test top-1: ${countOf(tested.length, 'run')} tested${best}${beside}.`;
  },
  Drawing: null,
  Table: RunsTable,
};

interface Line {
  readonly key: string;
  readonly label: string;
  readonly run: KeptRun | null;
  readonly published: Published | null;
  readonly isCurrent: boolean;
}

function RunsTable({ subject, summary }: ChartProps<Runs>): ReactElement {
  const lines = linesOf(subject);
  const publication = publicationOf(subject.recipe);
  const scale = scaleOf(lines);
  return (
    <div>
      <table className="runs">
        <caption className="visually-hidden">{summary}</caption>
        <thead>
          <tr>
            <th scope="col">
              <b>Runs</b>
            </th>
            <td className="range">
              <div className="whisker" aria-hidden="true">
                {scale.ticks.map((tick) => (
                  <span key={tick} style={{ left: `${scale.at(tick)}%` }}>
                    {Math.round(tick * 100)}
                  </span>
                ))}
              </div>
            </td>
            <th scope="col">● here</th>
            {publication !== null && <th scope="col">◇ paper</th>}
            <th scope="col">time</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <RunLine key={line.key} line={line} at={scale.at} hasPublished={publication !== null} />
          ))}
        </tbody>
      </table>
      <p className="small dim below-field">
        Test <Explained term="top1">top-1</Explained> in %, with its{' '}
        <Explained term="interval">95 % interval</Explained>.
        {publication === null ? '' : ` Paper: ${publication.citation}.`}
      </p>
    </div>
  );
}

interface RunLineProps {
  readonly line: Line;
  readonly at: (share: number) => number;
  readonly hasPublished: boolean;
}

function RunLine({ line, at, hasPublished }: RunLineProps): ReactElement {
  const { run, published } = line;
  const test = run?.test ?? null;
  const interval = test?.interval ?? null;
  return (
    <tr className={line.isCurrent ? 'current' : undefined}>
      <th scope="row">{line.label}</th>
      <td className="range">
        <div className="whisker" aria-hidden="true">
          {interval !== null && (
            <i
              className="interval"
              style={{ left: `${at(interval[0])}%`, width: `${at(interval[1]) - at(interval[0])}%` }}
            />
          )}
          {published !== null && <i className="published" style={{ left: `${at(published.accuracy)}%` }} />}
          {test !== null && <i className="here" style={{ left: `${at(test.accuracy)}%` }} />}
        </div>
      </td>
      <td>{test === null ? '–' : (test.accuracy * 100).toFixed(1)}</td>
      {hasPublished && (
        <td className="published">{published === null ? '–' : (published.accuracy * 100).toFixed(1)}</td>
      )}
      <td>{run?.seconds != null ? formatDuration(run.seconds) : line.isCurrent ? 'now' : '–'}</td>
    </tr>
  );
}

function linesOf({ recipe, runs: finished, run, labelOf }: Runs): Line[] {
  const publication = publicationOf(recipe);
  const currentId = run.kind === 'finished' ? run.result.runId : null;
  const publishedOf = (name: string): Published | null =>
    publication?.figures.find((figure) => figure.backbone === name) ?? null;
  const own = finished.map((each, index) => ({
    key: each.runId,
    label: `${index + 1}  ${each.name === '' ? keptLabel(each, labelOf) : each.name}`,
    run: each,
    published: publishedOf(each.recipe.backbone.name),
    isCurrent: each.runId === currentId,
  }));
  const now = isActive(run)
    ? [
        {
          key: 'now',
          label: `${finished.length + 1}  ${runLabel(recipe, labelOf)}`,
          run: null,
          published: publishedOf(recipe.backbone.name),
          isCurrent: true,
        },
      ]
    : [];
  if (publication === null && finished.length === 0) return [];
  const shown = new Set([...own, ...now].map((line) => line.published));
  const others = (publication?.figures ?? [])
    .filter((figure) => !shown.has(figure))
    .map((figure) => ({
      key: figure.label,
      label: figure.label,
      run: null,
      published: figure,
      isCurrent: false,
    }));
  return [...own, ...now, ...others];
}

/**
 * What tells runs apart at a glance.
 *
 * @param came how many phases of the recipe it came to; one that was stopped in its head phase has opened nothing
 */
export function runLabel(
  { backbone, phases }: FullRecipe,
  labelOf: (name: string) => string,
  came = phases.length,
): string {
  const unfreeze = phases.slice(0, came).findLast((phase) => phase.name === 'fineTune')?.unfreeze;
  const open = unfreeze === undefined ? 'head' : unfreeze === 'all' ? 'all layers' : `last ${unfreeze}`;
  return `${labelOf(backbone.name)}, ${open}`;
}

/** The same of a run that is kept, which may be several together. */
export function keptLabel(
  { recipe, phases, ensemble }: Pick<KeptRun, 'recipe' | 'phases' | 'ensemble'>,
  labelOf: (name: string) => string,
): string {
  return ensemble === undefined
    ? runLabel(recipe, labelOf, phases)
    : `Ensemble of ${countOf(ensemble.members.length, 'network')}`;
}

function scaleOf(lines: readonly Line[]): { ticks: number[]; at: (share: number) => number } {
  const shares = lines.flatMap((line) => [
    ...(line.run?.test?.interval ?? []),
    ...(line.published === null ? [] : [line.published.accuracy]),
  ]);
  const low = Math.max(0, Math.floor(Math.min(1, ...shares) * 10 - 0.3) / 10);
  const high = Math.min(1, Math.ceil(Math.max(0, ...shares) * 10 + 0.3) / 10);
  const span = Math.max(0.1, high - low);
  // Three marks at most: the column is narrow.
  const step = [0.05, 0.1, 0.2, 0.5].find((each) => span / each < 3) ?? 0.5;
  const first = Math.ceil(low / step + 1e-9) * step;
  const ticks = [first, first + step, first + 2 * step].filter((tick) => tick < high - 1e-9);
  return { ticks, at: (share) => Math.min(1, Math.max(0, (share - low) / span)) * 100 };
}
