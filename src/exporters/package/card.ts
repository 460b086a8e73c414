/**
 * Owns the model card's parts that every network has: the head by which the Hub lists it and shows its figures, and what
 * people must know before they use it: for what, made from what, how it was tested, what it is good and bad at, and what
 * nobody knows. `papers.ts` puts them together; what is published on the Hub has the very same.
 *
 * @see https://huggingface.co/docs/hub/model-cards
 */
import { findSource } from '../../data/sources/registry.ts';
import { countOf, formatPercent } from '../../lib/format.ts';
import type { Evaluation } from '../../protocol/events.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { ExportInput } from '../exporter.ts';
import { withoutPaths } from './without-paths.ts';

/** As many classes and mistakes are named. */
const NAMED = 3;

/** The card's head. Its values are JSON, which YAML holds: no label can break it. */
export function cardHead(input: ExportInput, formats: readonly string[]): string {
  const { recipe, test } = input;
  const { repo } = recipe.dataset;
  const fields: Record<string, unknown> = {
    pipeline_tag: 'image-classification',
    tags: ['mien', recipe.backbone.name, ...formats],
    ...(typeof repo === 'string' && { datasets: [repo] }),
    ...(test !== null && { metrics: ['accuracy', 'f1'], 'model-index': [figuresOf(input, test)] }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return ['---', ...lines, '---'].join('\n');
}

/** An entry of `model-index`. */
function figuresOf({ recipe, model }: ExportInput, test: Evaluation): object {
  const { source, repo, revision } = recipe.dataset;
  const dataset = {
    name: typeof repo === 'string' ? repo : findSource(source).entry.label,
    type: typeof repo === 'string' ? repo : source,
    split: test.split,
    ...(typeof revision === 'string' && { revision }),
  };
  const metrics = [
    { type: 'accuracy', name: 'top-1 accuracy', value: test.accuracy },
    { type: 'f1', name: 'macro F1', value: test.macroF1 },
    { type: 'loss', name: 'cross-entropy', value: test.loss },
  ];
  return { name: model.name, results: [{ task: { type: 'image-classification' }, dataset, metrics }] };
}

export const INTENDED = [
  '## What it is for',
  'To learn how such networks are made and where they fail, and to name pictures like those that it was trained on. It is not made to decide anything about a person.',
];

/** What it learned from. */
export function dataText({ recipe, labels }: ExportInput): string[] {
  const { dataset, split } = withoutPaths(recipe);
  const { entry } = findSource(dataset.source);
  const which = ['repo', 'config', 'revision', 'path']
    .map((name) => ({ name, value: dataset[name] }))
    .flatMap(({ name, value }) => (typeof value === 'string' && value !== '' ? [`${name} \`${value}\``] : []))
    .join(', ');
  const { edits } = dataset;
  const parts = `${formatPercent(split.train, 0)} of the pictures to train on, ${formatPercent(split.validation, 0)} for validation and ${formatPercent(split.test, 0)} for the test`;
  return [
    '## Data',
    `${entry.label}${which === '' ? '' : `: ${which}`}. ${entry.notice}`,
    `${countOf(labels.length, 'class', 'classes')}; ${parts}, dealt by seed ${split.seed.toString()}.${edits === undefined ? '' : ` ${countOf(edits.count, 'change')} of labels and pictures were made before.`}`,
  ];
}

/** How it did on its test pictures, and where. */
export function testText({ test, recipe }: ExportInput): string[] {
  if (test === null) return ['## How it was tested', untested(recipe)];
  const [low, high] = test.interval;
  const { accuracy, macroF1, loss, rows } = test;
  return [
    '## How it was tested',
    `On ${countOf(rows.length, 'test picture')} that it had not learned from: ${formatPercent(accuracy)} right (95 % interval ${formatPercent(low)} to ${formatPercent(high)}), macro F1 ${macroF1.toFixed(3)}, loss ${loss.toFixed(4)}.`,
    '## Strengths',
    bestClasses(test),
    '## Failures',
    ...failures(test),
  ];
}

const untested = ({ split }: FullRecipe): string =>
  `It was not tested${split.test === 0 ? ': its split kept no pictures for that' : ' here: its run was stopped before, or its figures did not come along'}. Its strengths and failures are not known.`;

const ofClass = ({ label, f1, support }: Evaluation['perClass'][number]): string =>
  `${label} (F1 ${f1.toFixed(2)}, ${countOf(support, 'picture')})`;

function bestClasses({ perClass }: Evaluation): string {
  const best = perClass.toSorted((one, other) => other.f1 - one.f1).slice(0, shown(perClass));
  return best.every(({ f1 }) => f1 === 0)
    ? 'None: no class is named right.'
    : `It is best at ${best.map(ofClass).join(', ')}.`;
}

function failures({ perClass, confusionMatrix, labels }: Evaluation): string[] {
  const worst = perClass.toSorted((one, other) => one.f1 - other.f1).slice(0, shown(perClass));
  const mistakes = confusionMatrix
    .flatMap((row, truth) =>
      row.map((count, predicted) => ({ truth, predicted, count: truth === predicted ? 0 : count })),
    )
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, NAMED)
    .map(({ truth, predicted, count }) => {
      const of = confusionMatrix[truth]?.reduce((sum, each) => sum + each, 0) ?? 0;
      return `${count.toString()} of ${countOf(of, 'picture')} of ${labels[truth] ?? ''} were called ${labels[predicted] ?? ''}`;
    });
  return [
    `It is worst at ${worst.map(ofClass).join(', ')}.`,
    mistakes.length === 0 ? 'It made no mistake on the test pictures.' : `${mistakes.join('; ')}.`,
  ];
}

/** At most half of the classes are best, and half worst. */
const shown = ({ length }: Evaluation['perClass']): number =>
  Math.max(1, Math.min(NAMED, Math.floor(length / 2)));

/** What may not be done with it, and what nobody knows of it. */
export function limitsText({ recipe }: ExportInput): string[] {
  return [
    '## Limits',
    'It has learned from labels that people gave, and is only as good as those. It knows nothing but its classes: of any other picture it names one of them all the same. An expression is not a feeling; in the EU, inferring emotions of people at work or in schools is forbidden (AI Act, Article 5(1)(f)), save for medical and safety reasons.',
    '## Gaps',
    [
      '- Who gave the labels, and how far people would agree about them, is not known here.',
      '- Who is in the pictures is not recorded: how it does for people of different ages, skins and cultures, or in other light and with other cameras, was not measured.',
      '- It was tried on pictures of its own set alone.',
      ...(recipe.split.validation === 0
        ? [
            '- Its split kept no pictures for validation: the network is that of the last epoch, and nobody looked whether an earlier one was better.',
          ]
        : []),
      '- No licence is given: those of the pictures and of the weights that it began with count.',
    ].join('\n'),
  ];
}
