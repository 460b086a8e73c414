/** What can be put on the queue: a study that ships with Mien, a file, or the recipe at hand. What it carries out is said before. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { capitalised, countInWords, countOf, formatDuration } from '../../lib/format.ts';
import { fullOrNull } from '../../protocol/recipe/full-recipe.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { isSame } from '../../lib/json.ts';
import type { StudyPlan, StudySource } from '../../protocol/runs/queue.ts';
import type { Study } from '../../protocol/runs/study.ts';
import { foreseenSeconds } from '../../store/foreseen.ts';
import type { StudioState } from '../../store/state.ts';
import { useShownRecipe, useStudio, useStudioState } from '../studio-context.ts';
import { CheckField, FileField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';
import { RunTable } from './RunTable.tsx';
import { SearchFields } from './SearchFields.tsx';
import { setNameOf } from '../runs/run-words.ts';

/** File names in `public/studies`, and what each asks. */
const PRESETS = [
  {
    name: 'table-1',
    label: 'Table 1',
    help: 'The three networks by the paper’s protocol, three seeds each.',
  },
  { name: 'which-cut', label: 'Which cut?', help: 'How many layers to open: 0, 10, 30, 60 or all.' },
  {
    name: 'more-pictures',
    label: 'Would more pictures help?',
    help: 'A quarter, half and all of the training part, three seeds each.',
  },
  {
    name: 'settings',
    label: 'Which settings?',
    help: 'Twelve draws of rate, dropout and augmentation; losing runs end early (ASHA).',
  },
  {
    name: 'scale',
    label: 'What does the scale do?',
    help: 'The network’s own preprocessing against pixels from 0 to 1, three seeds each.',
  },
] as const;

export function AddStudy({ given }: { readonly given: readonly File[] }): ReactElement {
  const studio = useStudio();
  const recipe = useShownRecipe();
  const [plan, setPlan] = useState<StudyPlan | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const [refused, setRefused] = useState<RefusedSearch | null>(null);
  const [isChoosing, setIsChoosing] = useState(true);
  const found = (next: StudyPlan): void => {
    setPlan(next);
    setError(null);
    setRefused(null);
    setIsChoosing(false);
  };
  const look = (source: StudySource): void => {
    studio.queue.plan(source).then(found, (reason: unknown) => {
      setPlan(null);
      setError(asStudioError(reason).toWire());
    });
  };
  // What was planned stays, with what was asked of it and why that does not do.
  const search = ({ study, base }: StudyPlan, asked: Search): void => {
    studio.queue
      .plan({ study: withSearch(study, asked), base })
      .then(found, (reason: unknown) => setRefused({ search: asked, error: asStudioError(reason).toWire() }));
  };
  const lookInto = (files: readonly File[]): void => {
    void studyAmong(files).then((file) => {
      if (file !== null) look({ file, beside: files.filter((other) => other !== file) });
    });
  };
  useEffect(() => {
    if (given.length > 0) lookInto(given);
    // What was dropped is looked into once.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  const add = async (chosen: StudyPlan): Promise<void> => {
    await studio.queue.add(chosen);
    setPlan(null);
    setIsChoosing(true);
  };
  return (
    <>
      <p className="clause">A study is one recipe, trained several times with something changed.</p>
      <details
        className="study-choice"
        open={isChoosing}
        onToggle={({ currentTarget }) => setIsChoosing(currentTarget.open)}
      >
        <summary>{plan === null ? 'Which study' : 'Another study'}</summary>
        <ul className="study-presets">
          {PRESETS.map(({ name, label, help }) => (
            <li key={name}>
              <button type="button" onClick={() => look({ preset: name })}>
                {label}
              </button>
              <p className="small">{help}</p>
            </li>
          ))}
          {recipe !== null && (
            <li>
              <button type="button" onClick={() => look({ recipe })}>
                This recipe
              </button>
              <p className="small">
                The one on the page as it is now, once: line up several and go for lunch.
              </p>
            </li>
          )}
        </ul>
        <FileField
          label="A study of your own"
          help="A JSON file as npm run study takes it; pick its recipe with it where the study names one."
          accept=".json"
          isMultiple
          onPick={lookInto}
        />
      </details>
      {error !== null && <Message error={error} />}
      {plan !== null && (
        <Planned
          key={plan.study.name}
          {...{ plan, refused }}
          onAdd={add}
          onSearch={(asked) => search(plan, asked)}
        />
      )}
    </>
  );
}

/** The first that is one, or else the first. */
async function studyAmong(files: readonly File[]): Promise<File | null> {
  for (const file of files) if ((await file.text()).includes('"vary"')) return file;
  return files[0] ?? null;
}

type Search = Study['search'];

/** How the planned study was to be searched, and why it cannot be. */
interface RefusedSearch {
  readonly search: Search;
  readonly error: WireError;
}

interface PlannedProps {
  readonly plan: StudyPlan;
  readonly refused: RefusedSearch | null;
  readonly onAdd: (plan: StudyPlan) => Promise<void>;
  /** Plans the same study anew, searched otherwise. */
  readonly onSearch: (search: Search) => void;
}

/** Which runs, and how long they take, before any begins. */
function Planned({ plan, refused, onAdd, onSearch }: PlannedProps): ReactElement {
  const own = useStudioState((state) => state.recipe?.dataset ?? null);
  const [isOwnSet, setIsOwnSet] = useState(false);
  const chosen = isOwnSet && own !== null ? onSet(plan, own) : plan;
  const foreseen = useStudioState((state) => foreseenText(chosen, state));
  const { study, runs, base } = chosen;
  const search = refused?.search ?? study.search;
  const heading = useRef<HTMLHeadingElement>(null);
  // What it was chosen by is folded away.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="study-planned" aria-label="Before it is added">
      <h3 ref={heading} tabIndex={-1}>
        {study.name}
      </h3>
      <p role="status">
        {runs.length === 1 ? 'One run' : `${capitalised(countInWords(runs.length))} runs`} on{' '}
        {setNameOf(base)}. {foreseen} {askedText(study.choose)}
      </p>
      {own !== null && !isSame(own, plan.base.dataset) && (
        <CheckField
          label="On the set that is open"
          help={`In place of ${setNameOf(plan.base)}, which the study names.`}
          isChecked={isOwnSet}
          onCheck={setIsOwnSet}
        />
      )}
      <SearchFields key={search.kind} {...{ search, runs, onSearch }} />
      {refused !== null && <Message error={refused.error} kept="The runs below are searched as before." />}
      <div className="actions">
        <button type="button" className="go" disabled={refused !== null} onClick={() => void onAdd(chosen)}>
          Add {countOf(runs.length, 'run')} to the queue
        </button>
      </div>
      <details>
        <summary>{runs.length === 1 ? 'The run' : `The ${countInWords(runs.length)} runs`}</summary>
        <RunTable study={study} runs={runs} />
      </details>
    </section>
  );
}

/** The same study with another search; what goes with one kind alone is left out or chosen. */
function withSearch({ choose, chooseFor, ...study }: Study, search: Study['search']): Study {
  if (search.kind === 'folds') return { ...study, search };
  if (search.kind === 'asha') return { ...study, choose: choose ?? 'valLoss', search };
  return { ...study, ...(choose && { choose }), ...(chooseFor && { chooseFor }), search };
}

function askedText(choose: StudyPlan['study']['choose']): string {
  if (choose === undefined) return 'Each is asked about the test pictures at its end.';
  const by = choose === 'valLoss' ? 'loss' : 'accuracy';
  return `Only the one with the best validation ${by} is asked about the test pictures, once all are done.`;
}

/** The same runs on another set. */
function onSet(plan: StudyPlan, dataset: StudyPlan['base']['dataset']): StudyPlan {
  const runs = plan.runs.map((run) => ({ ...run, recipe: { ...run.recipe, dataset } }));
  return { ...plan, base: { ...plan.base, dataset }, runs };
}

/** Minutes by what was measured here; where nothing was, that is said. */
function foreseenText({ runs }: StudyPlan, state: StudioState): string {
  const device = state.device.value?.label ?? '';
  const pictures = state.dataset.value?.split.train.length ?? 0;
  const seconds = runs.flatMap(({ recipe }) => {
    const full = fullOrNull(recipe, state.catalog);
    const one = full === null ? null : foreseenSeconds(full, pictures, { device, kept: state.kept });
    return one === null ? [] : [one];
  });
  if (seconds.length === 0 || pictures === 0)
    return `How long they take is not known: no run like them was measured on ${device} yet. After the first it is.`;
  const all = formatDuration(seconds.reduce((sum, one) => sum + one, 0));
  const unknown = runs.length - seconds.length;
  const rest = unknown === 0 ? '' : `, without ${countInWords(unknown)} of which nothing like was measured`;
  return `At most ${all}${rest}: by runs that were measured on ${device}, with as many pictures as the open set has.`;
}
