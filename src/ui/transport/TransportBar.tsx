/** The bar: what is happening and how long it still takes; keys, recipe, device, theme. */
import type { ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Preset } from '../../protocol/catalog.ts';
import { linkOf } from '../../store/recipe-link.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { toggleTheme } from '../theme.ts';
import { Icon, Mark, ThemeIcon } from '../widgets/Icon.tsx';
import { barText } from '../words/bar.ts';
import { DeviceButton } from './DeviceButton.tsx';
import { Keys } from './Keys.tsx';
import { RunLine } from './RunLine.tsx';

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
