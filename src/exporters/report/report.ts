/**
 * A run as one page of HTML: no script, nothing fetched, black on white whatever the theme, and it prints on A4. It holds
 * no pictures, no paths of a machine and no names of files.
 */
import { classificationReport } from '../../lib/figures/classification-report.ts';
import { binsOf, calibrationError, surenessOf } from '../../lib/figures/sureness.ts';
import {
  countOf,
  formatDuration,
  formatLoss,
  formatMoment,
  formatPercent,
  formatScore,
} from '../../lib/format.ts';
import { leftOutTexts } from '../../protocol/set/cleaning-words.ts';
import type { Evaluation, RunResult } from '../../protocol/events.ts';
import { secondsOf, type KeptRecord } from '../../protocol/runs/kept.ts';
import { publicationOf } from '../../protocol/runs/published.ts';
import { curvesSvg, matrixTable } from './drawings.ts';
import { escaped, page, section, tableOf } from './html.ts';

/** What a list says of the run beside its record. */
export interface ReportAbout {
  /** What it is called. */
  readonly name: string;
  readonly note: string;
  readonly finishedAtMs: number;
}

/** @param record without paths and names of files, see `without-names.ts` */
export function reportHtml(record: KeptRecord, about: ReportAbout): string {
  const { result } = record;
  const { test } = result;
  return page(`${about.name}: report`, [
    `<header><p class="dim">Mien · report · ${escaped(formatMoment(about.finishedAtMs))}</p><h1>${escaped(headline(result, about))}</h1>${about.note === '' ? '' : `<p>${escaped(about.note)}</p>`}</header>`,
    test === null ? section('Results', '<p>It was not tested.</p>') : resultsOf(test, result),
    section('How it learned', `${curvesSvg(result)}${phasesTable(record)}`),
    ...(test === null
      ? []
      : [
          section('Where it is wrong, % of each true class', matrixTable(test)),
          section(
            'Classification report, test pictures',
            `<pre>${escaped(classificationReport(test.perClass, test.accuracy))}</pre>`,
          ),
          calibrationOf(record, test),
        ]),
    section('The pictures', dataText(record)),
    section('Recipe', `<pre>${escaped(JSON.stringify(result.recipe, null, 2))}</pre>`),
    section('To do it again', againText(result)),
    section('Not known', NOT_KNOWN),
    '<footer>Made by Mien on this machine. Nothing was sent.</footer>',
  ]);
}

function headline({ test, recipe }: RunResult, { name }: ReportAbout): string {
  const how =
    test === null
      ? 'not tested'
      : `right on ${formatPercent(test.accuracy)} of ${countOf(test.rows.length, 'test picture')}`;
  return `${name}, ${recipe.backbone.name}: ${how}.`;
}

function resultsOf(test: Evaluation, { recipe }: RunResult): string {
  const percent = (value: number): string => (value * 100).toFixed(1);
  const own = [
    'this run',
    percent(test.accuracy),
    test.interval.map(percent).join('–'),
    formatLoss(test.loss),
    formatScore(test.macroF1),
  ];
  const most = Math.max(...test.perClass.map(({ support }) => support)) / Math.max(1, test.rows.length);
  const publication = publicationOf(recipe);
  const published = (publication?.figures ?? []).map(({ label, accuracy, loss }) => [
    ...[
      `${label}, published (${publication?.citation ?? ''})`,
      percent(accuracy),
      'not given',
      formatLoss(loss),
      'not given',
    ],
  ]);
  const chance = ['always the most frequent class', percent(most), '', '', ''];
  const head = ['', 'test top-1, %', '95 % interval', 'loss', 'macro F1'];
  return section('Results', tableOf(head, [own, ...published, chance]));
}

function phasesTable({ ended, result }: KeptRecord): string {
  const rows = ended.map(({ start, end }) => {
    const done = result.history.filter(({ phaseIndex }) => phaseIndex === start.phaseIndex).length;
    const checked = end.evaluation;
    return [
      start.phase,
      `${done.toString()} of ${start.epochs.toString()}`,
      end.keptEpoch.toString(),
      checked === null ? 'not checked' : formatLoss(checked.loss),
      checked === null ? 'not checked' : formatPercent(checked.accuracy),
    ];
  });
  return rows.length === 0
    ? ''
    : tableOf(['phase', 'epochs', 'kept', 'validation loss', 'validation accuracy'], rows);
}

function calibrationOf({ dataset }: KeptRecord, test: Evaluation): string {
  if (dataset === null) return '';
  const truths = Array.from(test.rows, (row) => dataset.labelOfRow[row] ?? 0);
  const bins = binsOf(surenessOf(test.probabilities, truths, test.labels.length)).filter(
    ({ count }) => count > 0,
  );
  const rows = bins.map(({ from, to, count, right }) => [
    ...[
      `${formatPercent(from, 0)} to ${formatPercent(to, 0)}`,
      count.toString(),
      formatPercent(right / count),
    ],
  ]);
  const error = `<p>Expected calibration error: ${formatPercent(calibrationError(bins))}.</p>`;
  return section('How sure, how right', `${tableOf(['it says', 'pictures', 'right'], rows)}${error}`);
}

function dataText({ dataset, result }: KeptRecord): string {
  const { cleaning } = result;
  const leftOut = leftOutTexts({ cleaning });
  const lines = [
    dataset === null
      ? ''
      : `${dataset.origin}: ${countOf(dataset.labels.length, 'class', 'classes')}, ${countOf(dataset.split.train.length, 'picture')} to learn from, ${dataset.split.validation.length.toString()} to check on, ${dataset.split.test.length.toString()} for the test.`,
    `${countOf(cleaning.rowsRead, 'row')} read, ${cleaning.kept.toString()} kept${leftOut.length === 0 ? ', nothing left out' : `; left out: ${leftOut.join(', ')}`}.`,
    ...cleaning.remarks.map(({ message }) => message),
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => `<p>${escaped(line)}</p>`)
    .join('');
}

function againText(result: RunResult): string {
  const { device, versions, weights } = result;
  const took = `On ${device.label}, in ${formatDuration(secondsOf(result))}.`;
  const begun = `The backbone began with: ${weights.origin}${weights.sha256 === null ? '' : ` (SHA-256 of its values ${weights.sha256})`}.`;
  const by = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const command =
    '<p>Save the recipe above as recipe.json, then: <code>npm run train -- recipe.json --out run</code></p>';
  return `${command}${[took, begun, `Versions: ${by}.`].map((line) => `<p>${escaped(line)}</p>`).join('')}`;
}

const NOT_KNOWN =
  '<p>Who is shown, their age, skin tone or consent: the set does not say, so it was not tested by group. Pictures from other cameras, countries or years; whether two people would agree on a label. Where the pictures are of people: an expression is not a feeling, and labels are somebody’s guess. Inferring emotions at work or in schools is forbidden in the EU (AI Act, Article 5(1)(f)), save for medical and safety reasons.</p>';
