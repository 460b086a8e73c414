/** How a phase takes its steps: optimizer, schedule of the learning rate, clipping; fields from the catalog. */
import type { ReactElement, ReactNode } from 'react';
import { formatPlain } from '../../lib/format.ts';
import type { CatalogEntry, OptionSpec } from '../../protocol/catalog.ts';
import type { Phase } from '../../protocol/recipe/recipe.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { TextSetting } from '../widgets/TextSetting.tsx';
import { phaseLabels } from '../../store/run-record.ts';
import { edit, namedEntry, numberOrNone, withPhaseField } from './edit-recipe.ts';

interface StepSettingsProps {
  readonly phase: Phase;
  readonly index: number;
  readonly isReadOnly: boolean;
}

const none: readonly CatalogEntry[] = [];

export function StepSettings({ phase, index, isReadOnly }: StepSettingsProps): ReactElement {
  const studio = useStudio();
  const optimizers = useStudioState((state) => state.catalog?.optimizers ?? none);
  const schedules = useStudioState((state) => state.catalog?.schedules ?? none);
  const set = (name: string, value: unknown): string | null =>
    edit(studio, (before) => withPhaseField(before, index, name, value));
  return (
    <fieldset className="step-settings">
      <legend>{phaseLabels[phase.name]}: how steps are taken</legend>
      <EntryFields
        label="Optimizer"
        entries={optimizers}
        given={phase.optimizer}
        isReadOnly={isReadOnly}
        onChange={(value) => set('optimizer', value)}
      />
      <EntryFields
        label="Schedule"
        entries={schedules}
        given={phase.schedule}
        isReadOnly={isReadOnly}
        onChange={(value) => set('schedule', value)}
      >
        <TextSetting
          label="Gradient clip"
          help="The longest that a step’s gradient may be, or none."
          value={phase.gradientClip === null ? 'none' : formatPlain(phase.gradientClip)}
          isReadOnly={isReadOnly}
          onCommit={(typed) => set('gradientClip', numberOrNone(typed))}
        />
      </EntryFields>
    </fieldset>
  );
}

interface EntryFieldsProps {
  readonly label: string;
  /** First the one that stands where the recipe names none. */
  readonly entries: readonly CatalogEntry[];
  readonly given: Phase['optimizer'];
  readonly isReadOnly: boolean;
  readonly onChange: (value: Phase['optimizer']) => string | null;
  /** What stands in the same row. */
  readonly children?: ReactNode;
}

/** A row: a list of entries, and the fields of the chosen one. */
function EntryFields(props: EntryFieldsProps): ReactElement | null {
  const { label, entries, given, isReadOnly, onChange, children } = props;
  const [first] = entries;
  if (first === undefined) return null;
  const { name, ...options } = given ?? { name: first.name };
  const entry = entries.find((each) => each.name === name);
  const choice: OptionSpec = {
    kind: 'choice',
    name: label,
    label,
    help: entry?.help ?? 'There is none of this name.',
    default: first.name,
    choices: entries.map((each) => ({ value: each.name, label: each.label })),
  };
  const choose = (chosen: unknown): string | null => {
    const next = entries.find((each) => each.name === chosen);
    return next === undefined ? null : onChange(namedEntry(next, {}, next === first));
  };
  return (
    <div className="settings">
      <OptionField spec={choice} value={name} isReadOnly={isReadOnly} onChange={choose} />
      {entry?.options.map((spec) => (
        <OptionField
          key={`${entry.name}.${spec.name}`}
          spec={spec}
          value={options[spec.name]}
          isReadOnly={isReadOnly}
          onChange={(value) =>
            onChange(namedEntry(entry, { ...options, [spec.name]: value }, entry === first))
          }
        />
      ))}
      {children}
    </div>
  );
}
