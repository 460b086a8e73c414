/** How a study searches: as it says, every run on each fold, or losing runs ended early; each with its few numbers. */
import type { ReactElement } from 'react';
import type { PlannedRun, Study } from '../../protocol/runs/study.ts';
import { ChoiceField } from '../widgets/fields.tsx';
import { TextSetting } from '../widgets/TextSetting.tsx';

type Search = Study['search'];

interface SearchFieldsProps {
  /** As it was asked for, also where it is refused. */
  readonly search: Search;
  readonly runs: readonly PlannedRun[];
  readonly onSearch: (search: Search) => void;
}

const FOLDS = 5;
const SEED = 42;
const ETA = 3;

const KINDS = [
  { value: 'grid', label: 'Every combination once' },
  { value: 'folds', label: 'Each on every fold (k-fold)' },
  { value: 'asha', label: 'Losing runs end early (ASHA)' },
];

const DRAWN = { value: 'random', label: 'As many by chance as the study says' };

export function SearchFields({ search, runs, onSearch }: SearchFieldsProps): ReactElement {
  return (
    <>
      <ChoiceField
        label="How"
        help="Folds test on all pictures in turn: for sets so small that a test part says little. ASHA trains all a little and only the best on."
        value={search.kind}
        choices={search.kind === 'random' ? [DRAWN, ...KINDS.slice(1)] : KINDS}
        onChoose={(kind) => onSearch(searchOf(kind, search, runs))}
      />
      {search.kind === 'folds' && (
        <NumberSetting
          label="Folds"
          help="As many stratified parts, each tested on once by a network that learnt from the others."
          {...{ value: search.folds, from: 2, to: 100 }}
          onNumber={(folds) => onSearch({ ...search, folds })}
        />
      )}
      {search.kind === 'asha' && (
        <>
          <NumberSetting
            label="First look after"
            help="Epochs that every run is trained before any is ended."
            {...{ value: search.least, from: 1, to: 10_000 }}
            onNumber={(least) => onSearch({ ...search, least })}
          />
          <NumberSetting
            label="One goes on of"
            help="Of so many the best goes on, to as many times the epochs."
            {...{ value: search.eta, from: 2, to: 10 }}
            onNumber={(eta) => onSearch({ ...search, eta })}
          />
        </>
      )}
    </>
  );
}

/** What a kind begins with; draws stay draws where losing runs are ended early. */
function searchOf(kind: string, before: Search, runs: readonly PlannedRun[]): Search {
  if (kind === 'folds') return { kind, folds: FOLDS };
  if (kind !== 'asha') return before.kind === 'random' ? before : { kind: 'grid' };
  const seed = 'seed' in before ? before.seed : SEED;
  const drawn = before.kind === 'random' ? { runs: runs.length } : {};
  return { kind, seed, eta: ETA, least: 1, ...drawn };
}

interface NumberSettingProps {
  readonly label: string;
  readonly help: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly onNumber: (value: number) => void;
}

function NumberSetting({ label, help, value, from, to, onNumber }: NumberSettingProps): ReactElement {
  return (
    <TextSetting
      {...{ label, help }}
      value={value.toString()}
      isReadOnly={false}
      onCommit={(typed) => {
        const number = Number(typed);
        if (!Number.isInteger(number) || number < from || number > to)
          return `A whole number from ${from.toString()} to ${to.toString()} is expected.`;
        onNumber(number);
        return null;
      }}
    />
  );
}
