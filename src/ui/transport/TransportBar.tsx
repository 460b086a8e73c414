/** The bar: what is happening and how long it still takes; keys, recipe, device, theme, and the run as a line below. */
import type { ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { epochAxis } from '../../charts/curves/epoch-axis.ts';
import type { Preset } from '../../protocol/catalog.ts';
import { isAwaiting } from '../../store/awaited.ts';
import { linkOf } from '../../store/recipe-link.ts';
import { phaseLabels } from '../../store/run-record.ts';
import { isActive, recordOf, type RunRecord, type RunState, type StudioState } from '../../store/state.ts';
import type { Studio } from '../../store/studio.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { toggleTheme } from '../theme.ts';
import { Icon, Mark, ThemeIcon } from '../widgets/Icon.tsx';
import { focusWrongField } from '../widgets/wrong-field.ts';
import { barText } from './bar-text.ts';
import { DeviceButton } from './DeviceButton.tsx';

export function TransportBar(): ReactElement {
  return (
    <header className="bar">
      <h1 className="mark">
        <Mark />
        Mien
      </h1>
      <div className="transport">
        <Keys />
        <Now />
        <RunLine />
      </div>
      <div className="end">
        <PresetChoice />
        <DeviceButton />
        <button type="button" className="quiet" aria-label="Light or dark" onClick={toggleTheme}>
          <ThemeIcon />
        </button>
      </div>
    </header>
  );
}

function Now(): ReactElement {
  const text = useStudioState(useShallow(barText));
  return (
    <>
      <div className="now">
        <p className="title">
          {text.isTrouble && <Icon name="warn" />}
          {text.title}
        </p>
        {text.step !== '' && (
          <p className="step optional">
            <span className="dim">step</span> {text.step}
          </p>
        )}
        {text.left !== '' && <p className="left">{text.left}</p>}
        {text.result !== '' && (
          <button type="button" className="link result" onClick={showResults}>
            {text.result}
            <span className="visually-hidden">: show the results</span>
          </button>
        )}
        {text.detail !== '' && <p className="detail optional dim">{text.detail}</p>}
      </div>
      <p className="visually-hidden" role="status">
        {text.announcement}
      </p>
    </>
  );
}

const none: readonly Preset[] = [];

function PresetChoice(): ReactElement {
  const studio = useStudio();
  const presets = useStudioState((state) => state.catalog?.presets ?? none);
  const chosen = useStudioState((state) => state.preset);
  const recipe = useStudioState((state) => state.recipe);
  const active = useStudioState((state) => isActive(state.run));
  const isEdited = recipe !== null && linkOf(recipe, chosen, presets).includes('=');
  const help = presets.find((preset) => preset.name === chosen)?.help;
  return (
    <label className="preset" title={help}>
      <span>Recipe </span>
      <select
        aria-label="Recipe"
        value={isEdited ? 'edited' : (chosen ?? '')}
        disabled={active || presets.length === 0}
        onChange={(event) => studio.choosePreset(event.target.value)}
      >
        {isEdited && (
          <option value="edited">
            {presets.find((preset) => preset.name === chosen)?.label ?? ''}, edited
          </option>
        )}
        {presets.map((preset) => (
          <option key={preset.name} value={preset.name}>
            {preset.label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Keys(): ReactElement {
  const studio = useStudio();
  const run = useStudioState((state) => state.run);
  const canTrain = useStudioState(
    (state) =>
      state.recipe !== null &&
      state.device.status === 'ready' &&
      state.queue.doing === 'nothing' &&
      !isAwaiting(state),
  );
  return (
    <div className="keys">
      <MainKey run={run} studio={studio} canTrain={canTrain} />
      {isActive(run) && (
        <button type="button" disabled={run.kind === 'stopping'} onClick={() => studio.stop()}>
          <Icon name="stop" />
          Stop
        </button>
      )}
    </div>
  );
}

interface MainKeyProps {
  readonly run: RunState;
  readonly studio: Studio;
  readonly canTrain: boolean;
}

function MainKey({ run, studio, canTrain }: MainKeyProps): ReactElement {
  switch (run.kind) {
    case 'idle':
    case 'finished':
    case 'failed':
      return (
        <button
          type="button"
          className={run.kind === 'finished' ? undefined : 'go'}
          disabled={!canTrain}
          onClick={() => train(studio)}
        >
          <Icon name="play" />
          {run.kind === 'idle' ? 'Train' : 'Train again'}
        </button>
      );
    case 'paused':
      return (
        <button type="button" className="go" onClick={() => studio.runs.resume()}>
          <Icon name="play" />
          Resume
        </button>
      );
    case 'preparing':
    case 'running':
    case 'pausing':
    case 'stopping':
      return (
        <button
          type="button"
          disabled={run.kind === 'pausing' || run.kind === 'stopping'}
          onClick={() => studio.runs.pause()}
        >
          <Icon name="pause" />
          Pause
        </button>
      );
    default:
      return run satisfies never;
  }
}

/** As in the style sheets: below it columns stand on top of each other. */
const NARROW = '(max-width: 760px)';

function train(studio: Studio): void {
  if (focusWrongField()) return;
  void studio.train();
  // The chart that is about to move is further down than the button.
  if (matchMedia(NARROW).matches) bringIntoView(document.querySelector('.curves'));
}

/** Brings the results into view and the keyboard to their heading. */
function showResults(): void {
  const heading = document.getElementById('results-heading');
  bringIntoView(document.getElementById('results'));
  heading?.focus({ preventScroll: true });
}

function bringIntoView(element: Element | null): void {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element?.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
}

function RunLine(): ReactElement {
  const run = useStudioState((state) => state.run);
  const opening = useStudioState(openingOf);
  const record = recordOf(run);
  if (run.kind === 'preparing' || (record === null && opening !== null)) {
    const progress = record?.progress ?? opening;
    const known = progress?.total == null ? {} : { value: progress.done, max: Math.max(1, progress.total) };
    return (
      <div className="line">
        <progress aria-label={progress?.label ?? 'Preparing'} {...known} />
      </div>
    );
  }
  return <div className="line">{record !== null && <Phases record={record} />}</div>;
}

function openingOf(state: StudioState): StudioState['opening'] {
  return state.dataset.status === 'loading' ? state.opening : null;
}

function Phases({ record }: { readonly record: RunRecord }): ReactElement {
  return (
    <>
      {epochAxis(record.recipe, record).phases.map((phase) => (
        <progress
          key={phase.phaseIndex}
          aria-label={`${phaseLabels[phase.phase]} phase`}
          value={epochsDone(record, phase.phaseIndex)}
          max={phase.slots}
          style={{ flexGrow: phase.slots }}
        />
      ))}
    </>
  );
}

function epochsDone(record: RunRecord, phaseIndex: number): number {
  const done = record.history.filter((epoch) => epoch.phaseIndex === phaseIndex).length;
  const { live } = record;
  return live?.phaseIndex === phaseIndex ? done + live.step / live.steps : done;
}
