/** The runs of this session on the shown set, each with its interval; published figures as hollow diamonds beside. */
import type { ReactElement } from 'react';
import { formatDuration } from '../../lib/format.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { isActive, type RunSummary } from '../../store/state.ts';
import { useStudioState } from '../studio-context.ts';
import { fineTuneOf } from '../words/sentence.ts';
import { publicationOf, type Publication, type Published } from './published.ts';

interface Line {
  readonly key: string;
  readonly label: string;
  readonly run: RunSummary | null;
  readonly published: Published | null;
  readonly isCurrent: boolean;
}

/** Nothing while there is neither a run nor a published figure. */
export function RunsTable({ recipe }: { readonly recipe: Recipe }): ReactElement | null {
  const runs = useStudioState((state) => state.runs);
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const run = useStudioState((state) => state.run);
  const publication = publicationOf(recipe);
  const labelOf = (name: string): string => backbones?.find((entry) => entry.name === name)?.label ?? name;
  const setHash = useStudioState((state) => state.dataset.value?.setHash);
  const ofSet = runs.filter((each) => each.setHash === setHash);
  const currentId = run.kind === 'finished' ? run.result.runId : null;
  const lines = linesOf(ofSet, publication, isActive(run) ? recipe : null, currentId, labelOf);
  if (lines.length === 0) return null;
  const scale = scaleOf(lines);
  return (
    <div>
      <table className="runs">
        <caption className="visually-hidden">Runs compared by test top-1</caption>
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
        Test top-1 in %, with its 95 % interval.
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
  const test = run?.test;
  return (
    <tr className={line.isCurrent ? 'current' : undefined}>
      <th scope="row">{line.label}</th>
      <td className="range">
        <div className="whisker" aria-hidden="true">
          {test !== undefined && (
            <i
              className="interval"
              style={{
                left: `${at(test.interval[0])}%`,
                width: `${at(test.interval[1]) - at(test.interval[0])}%`,
              }}
            />
          )}
          {published !== null && <i className="published" style={{ left: `${at(published.accuracy)}%` }} />}
          {test !== undefined && <i className="here" style={{ left: `${at(test.accuracy)}%` }} />}
        </div>
      </td>
      <td>{test === undefined ? '–' : (test.accuracy * 100).toFixed(1)}</td>
      {hasPublished && (
        <td className="published">{published === null ? '–' : (published.accuracy * 100).toFixed(1)}</td>
      )}
      <td>{run !== null ? formatDuration(run.seconds) : line.isCurrent ? 'now' : '–'}</td>
    </tr>
  );
}

function linesOf(
  runs: readonly RunSummary[],
  publication: Publication | null,
  underWay: Recipe | null,
  currentId: string | null,
  labelOf: (name: string) => string,
): Line[] {
  const publishedOf = (name: string): Published | null =>
    publication?.figures.find((figure) => figure.backbone === name) ?? null;
  const own = runs.map((run, index) => ({
    key: run.runId,
    label: `${index + 1}  ${runLabel(run.recipe, labelOf)}`,
    run,
    published: publishedOf(run.recipe.backbone.name),
    isCurrent: run.runId === currentId,
  }));
  const now =
    underWay === null
      ? []
      : [
          {
            key: 'now',
            label: `${runs.length + 1}  ${runLabel(underWay, labelOf)}`,
            run: null,
            published: publishedOf(underWay.backbone.name),
            isCurrent: true,
          },
        ];
  if (publication === null && runs.length === 0) return [];
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

/** What tells runs apart at a glance. */
export function runLabel(recipe: Recipe, labelOf: (name: string) => string): string {
  const tuned = fineTuneOf(recipe);
  return `${labelOf(recipe.backbone.name)}, ${tuned === null ? 'head' : `last ${tuned.phase.unfreeze}`}`;
}

function scaleOf(lines: readonly Line[]): { ticks: number[]; at: (share: number) => number } {
  const shares = lines.flatMap((line) => [
    ...(line.run === null ? [] : line.run.test.interval),
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
