/** Chooses another set: the sources of the catalog, each with the fields it declares. */
import { useState, type ReactElement } from 'react';
import type { OptionSpec, SourceEntry } from '../../protocol/catalog.ts';
import { countOf } from '../../lib/format.ts';
import { asStudioError } from '../../protocol/errors.ts';
import type { OptionValue, Recipe } from '../../protocol/recipe/recipe.ts';
import type { OfferedValue } from '../../protocol/set/dataset.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { ChoiceField } from '../widgets/fields.tsx';
import { OptionField } from '../widgets/OptionField.tsx';
import { useThrowAway } from '../widgets/ThrowAway.tsx';
import { TextSetting } from '../widgets/TextSetting.tsx';
import { datasetOf, withSet } from './chosen-set.ts';
import { LookUp, useLookUp } from './LookUp.tsx';

interface SourceDialogProps {
  readonly recipe: Recipe;
  /** Whether it begins with the user's own pictures, whatever is open. */
  readonly isForOwn?: boolean;
  readonly onClose: () => void;
}

const none: readonly SourceEntry[] = [];

export function SourceDialog({ recipe, isForOwn = false, onClose }: SourceDialogProps): ReactElement {
  const studio = useStudio();
  const sources = useStudioState((state) => state.catalog?.sources ?? none);
  const [draft, setDraft] = useState<Recipe['dataset']>(() => {
    const own = sources.find((source) => source.isOwn === true && source.options.some(isFolderOption));
    return isForOwn && own !== undefined ? datasetOf(own, recipe) : recipe.dataset;
  });
  const [files, setFiles] = useState<readonly File[]>([]);
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const lookUp = useLookUp();
  const entry = sources.find((source) => source.name === draft.source);
  const needsFile = entry?.options.some((option) => option.kind === 'file') === true && files.length === 0;

  const isTaken =
    entry?.options.some((option) => option.kind === 'file' && option.isCamera === true) === true;
  const shots = isTaken && files.length > 0 ? countOf(files.length, 'picture') : null;
  const { onLeave, question } = useThrowAway(shots, onClose);

  /** The engine keeps the token, and this dialog only until it is closed. */
  const handToken = async (): Promise<boolean> => {
    try {
      const server = entry?.options.find((option) => option.name === entry.server);
      if (server !== undefined && token !== '') {
        await studio.sources.useToken(String(draft[server.name] ?? server.default), token);
      }
      setWrong(null);
      return true;
    } catch (error) {
      const { message, hint } = asStudioError(error);
      setWrong(`${message} ${hint}`);
      return false;
    }
  };
  const ask = async (dataset: Recipe['dataset']): Promise<void> => {
    if (await handToken()) lookUp.ask(dataset);
  };
  const open = async (): Promise<void> => {
    if (!(await handToken())) return;
    const error = studio.edit((before) => withSet(before, draft, entry), { files });
    if (error === null) onClose();
    else setWrong(`${error.message} ${error.hint}`);
  };
  const change = (spec: OptionSpec, value: OptionValue): void => {
    const next = { ...draft, [spec.name]: value };
    setDraft(next);
    // Another configuration has other parts and columns; another set is looked up when that is asked for.
    if (spec.name in (lookUp.description?.offers ?? {})) void ask(next);
    else if (isPlace(entry, spec)) lookUp.forget();
  };
  const field = (spec: OptionSpec): ReactElement => {
    const offers = lookUp.description?.offers[spec.name];
    const key = `${draft.source}.${spec.name}`;
    const value = draft[spec.name];
    if (spec.kind === 'string' && offers !== undefined) {
      const shown = String(value ?? spec.default);
      const onChange = (typed: string): void => change(spec, typed);
      return <OfferedField key={`${key}.offers`} {...{ spec, offers, onChange }} value={shown} />;
    }
    const onChange = (given: OptionValue, picked?: readonly File[]): null => {
      if (picked !== undefined) setFiles(picked);
      change(spec, given);
      return null;
    };
    return <OptionField key={key} {...{ spec, value, onChange }} isReadOnly={false} />;
  };
  return (
    <Dialog title="Pictures from" onClose={onClose} onLeave={onLeave}>
      <SourceChoice
        sources={sources}
        chosen={draft.source}
        onChoose={(source) => {
          setFiles([]);
          setWrong(null);
          lookUp.forget();
          setDraft(datasetOf(source, recipe));
        }}
      />
      {entry?.server !== undefined && (
        <div className="fields">
          {entry.options.filter((spec) => isPlace(entry, spec)).map(field)}
          <LookUp lookedUp={lookUp} token={token} onToken={setToken} onAsk={() => void ask(draft)} />
        </div>
      )}
      <div className="fields">{entry?.options.filter((spec) => !isPlace(entry, spec)).map(field)}</div>
      {question}
      {wrong !== null && (
        <p className="small bad" role="alert">
          {wrong}
        </p>
      )}
      <div className="actions">
        <button
          type="button"
          onClick={() => {
            if (!onLeave()) onClose();
          }}
        >
          Cancel
        </button>
        <button type="button" className="go" disabled={needsFile} onClick={() => void open()}>
          Open
        </button>
      </div>
    </Dialog>
  );
}

function isFolderOption(option: OptionSpec): boolean {
  return option.kind === 'file' && option.isFolder === true && option.isCamera !== true;
}

interface SourceChoiceProps {
  readonly sources: readonly SourceEntry[];
  readonly chosen: string;
  readonly onChoose: (source: SourceEntry) => void;
}

function SourceChoice({ sources, chosen, onChoose }: SourceChoiceProps): ReactElement {
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">Source</legend>
      {sources.map((source) => (
        <label key={source.name}>
          <input
            type="radio"
            name="source"
            checked={source.name === chosen}
            onChange={() => onChoose(source)}
          />
          <b>{source.label}</b>
          <span className="small">{source.help}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Which set it is, and on which server: the first option, and the server's. */
function isPlace(entry: SourceEntry | undefined, spec: OptionSpec): boolean {
  if (entry?.server === undefined) return false;
  return spec.name === entry.server || spec === entry.options[0];
}

interface OfferedFieldProps {
  readonly spec: Extract<OptionSpec, { kind: 'string' }>;
  readonly offers: readonly OfferedValue[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** No name of anything on a server begins so. */
const ANOTHER = ' another';

function OfferedField({ spec, offers, value, onChange }: OfferedFieldProps): ReactElement {
  const isOffered = offers.some((offer) => offer.value === value);
  const [isTyping, setIsTyping] = useState(!isOffered);
  const choose = (chosen: string): void => {
    setIsTyping(chosen === ANOTHER);
    if (chosen !== ANOTHER) onChange(chosen);
  };
  return (
    <>
      <ChoiceField
        label={spec.label}
        help={spec.help}
        value={isTyping || !isOffered ? ANOTHER : value}
        choices={[...offers, { value: ANOTHER, label: 'another name …' }]}
        onChoose={choose}
      />
      {(isTyping || !isOffered) && (
        <TextSetting
          label={`${spec.label}, another name`}
          help="As the set has it."
          value={value}
          isReadOnly={false}
          isNumeric={false}
          onCommit={(typed) => {
            onChange(typed);
            return null;
          }}
        />
      )}
    </>
  );
}
