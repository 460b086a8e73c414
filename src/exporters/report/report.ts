/**
 * A run as one page of HTML: no script, nothing fetched, black on white whatever the theme, and it prints on A4. It holds
 * no pictures, no paths of a machine and no names of files.
 */
import { classificationReport } from '../../lib/figures/classification-report.ts';
import { binsOf, calibrationError, likeliestOf, surenessOf } from '../../lib/figures/sureness.ts';
import {
  countOf,
  formatDuration,
  formatLoss,
  formatDate,
  formatPercent,
  formatScore,
} from '../../lib/format.ts';
import { leftOutTexts } from '../../protocol/set/cleaning-words.ts';
import type { Evaluation, RunResult } from '../../protocol/events.ts';
import type { Ensemble } from '../../protocol/runs/ensemble.ts';
import { ANEW, computedText, isComputedAnew } from '../../protocol/runs/computed.ts';
import { secondsOf, type KeptRecord } from '../../protocol/runs/kept.ts';
import type { PhaseName } from '../../protocol/recipe/recipe.ts';
import { publicationOf } from '../../protocol/runs/published.ts';
import { findBackbone } from '../../models/backbones/registry.ts';
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
    `<header><p class="dim">Mien · report · ${escaped(formatDate(about.finishedAtMs))}</p><h1>${escaped(headline(record, about))}</h1>${about.note === '' ? '' : `<p>${escaped(about.note)}</p>`}</header>`,
    test === null ? section('Results', '<p>It was not tested.</p>') : resultsOf(test, result),
    record.ensemble === undefined
      ? section('How it learned', `${curvesSvg(result)}${phasesTable(record)}`)
      : membersOf(record.ensemble),
    ...(test === null
      ? []
      : [
          section('Where it is wrong, % of each true class', matrixTable(test)),
          section(
            'Classification report, test pictures',
            `<pre>${escaped(classificationReport(test.perClass, test.accuracy))}</pre>`,
          ),
          calibrationOf(record, test),
          mistakesOf(record, test),
        ]),
    section('The pictures', dataText(record)),
    section(
      record.ensemble === undefined ? 'Recipe' : 'Recipe of the first member',
      `<pre class="recipe">${escaped(JSON.stringify(result.recipe, null, 2))}</pre>`,
    ),
    section('To do it again', againText(record)),
    section('Not known', NOT_KNOWN),
    '<footer>Made by Mien on this machine. Nothing was sent.</footer>',
  ]);
}

function headline({ result: { test, recipe }, ensemble }: KeptRecord, { name }: ReportAbout): string {
  const how =
    test === null
      ? 'not tested'
      : `right on ${formatPercent(test.accuracy)} of ${countOf(test.rows.length, 'test picture')}`;
  const who =
    ensemble === undefined
      ? findBackbone(recipe.backbone.name).entry.label
      : `${countOf(ensemble.members.length, 'network')} together`;
  return `${name}, ${who}: ${how}.`;
}

/** Who answers in an ensemble, and whether together they are better than the best of them. */
function membersOf({ weights, flip, members, againstBestAlone }: Ensemble): string {
  const rows = members.map(({ name, weight, testAccuracy, testLoss }) => [
    ...[name, weight.toFixed(3), formatPercent(testAccuracy), formatLoss(testLoss)],
  ]);
  const how = `${weights === 'mean' ? 'The mean of what they say' : 'Weights with the least loss on the validation pictures'}${flip ? ', of each picture as it is and mirrored' : ''}.`;
  const { onlyFirst, onlySecond, p } = againstBestAlone;
  const chance = `Against the best of them alone: right on ${onlyFirst.toString()} that it gets wrong, wrong on ${onlySecond.toString()} that it gets right; McNemar’s exact p is ${p.toPrecision(2)}.`;
  const table = tableOf(['member', 'weight', 'test top-1 alone', 'test loss alone'], rows);
  return section('Who answers', `<p>${how}</p>${table}<p>${chance}</p>`);
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

const PHASES: Readonly<Record<PhaseName, string>> = { head: 'head', fineTune: 'fine-tune' };

function phasesTable({ ended, result }: KeptRecord): string {
  const rows = ended.map(({ start, end }) => {
    const done = result.history.filter(({ phaseIndex }) => phaseIndex === start.phaseIndex).length;
    const checked = end.evaluation;
    return [
      PHASES[start.phase],
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

/** A longer list is not read. */
const MISTAKES = 10;

/** By their rows alone: pictures are no part of a report. */
function mistakesOf({ dataset }: KeptRecord, { rows, probabilities, labels }: Evaluation): string {
  if (dataset === null) return '';
  const classes = labels.length;
  const wrong = Array.from(rows, (row, at) => {
    const said = likeliestOf(probabilities, at * classes, classes);
    const sure = probabilities[at * classes + said] ?? 0;
    return { row, said, sure, truth: dataset.labelOfRow[row] ?? 0 };
  }).filter(({ said, truth }) => said !== truth);
  if (wrong.length === 0) return section('Surest mistakes', '<p>There is none.</p>');
  const surest = wrong.toSorted((one, other) => other.sure - one.sure).slice(0, MISTAKES);
  const lines = surest.map(({ row, said, sure, truth }) => [
    ...[`row ${row.toString()}`, labels[truth] ?? '', labels[said] ?? '', formatPercent(sure)],
  ]);
  return section('Surest mistakes', tableOf(['picture', 'labelled', 'it says', 'how sure'], lines));
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

function againText({ result, ensemble }: KeptRecord): string {
  const { versions, weights } = result;
  const anew = isComputedAnew(result) ? `; ${ANEW}` : '';
  const took = `On ${computedText(result)}, in ${formatDuration(secondsOf(result))}${anew}.`;
  const begun = `The backbone began with: ${weights.origin}${weights.sha256 === null ? '' : ` (SHA-256 of its values ${weights.sha256})`}.`;
  const by = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const command =
    ensemble === undefined
      ? '<p>Save the recipe above as recipe.json, then: <code>npm run train -- recipe.json --out run</code></p>'
      : `<p>Save its members for another machine, then: <code>npm run ensemble -- members.mien.zip --weights ${ensemble.weights}${ensemble.flip ? ' --flip' : ''} --out together</code></p>`;
  return `${command}${[took, begun, `Versions: ${by}.`].map((line) => `<p>${escaped(line)}</p>`).join('')}`;
}

const NOT_KNOWN =
  '<p>Who is shown, their age, skin tone or consent: the set does not say, so it was not tested by group. Pictures from other cameras, countries or years; whether two people would agree on a label. Where the pictures are of people: an expression is not a feeling, and labels are somebody’s guess. Inferring emotions at work or in schools is forbidden in the EU (AI Act, Article 5(1)(f)), save for medical and safety reasons.</p>';
