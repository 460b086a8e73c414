/** Chooses another set: the sources of the catalog, each with the fields it declares. */
import { useState, type ReactElement } from 'react';
import type { SourceEntry } from '../../protocol/catalog.ts';
import type { OptionValue, Recipe } from '../../protocol/recipe.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { OptionField } from '../widgets/OptionField.tsx';

interface SourceDialogProps {
  readonly recipe: Recipe;
  readonly onClose: () => void;
}

const none: readonly SourceEntry[] = [];

/** See the header. */
export function SourceDialog({ recipe, onClose }: SourceDialogProps): ReactElement {
  const studio = useStudio();
  const sources = useStudioState((state) => state.catalog?.sources ?? none);
  const [draft, setDraft] = useState<Recipe['dataset']>(recipe.dataset);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [wrong, setWrong] = useState<string | null>(null);
  const entry = sources.find((source) => source.name === draft.source);
  const needsFile = entry?.options.some((option) => option.kind === 'file') === true && files.length === 0;

  const open = (): void => {
    const error = studio.edit((before) => ({ ...before, dataset: draft }), { files });
    if (error === null) onClose();
    else setWrong(`${error.message} ${error.hint}`);
  };
  return (
    <Dialog title="Pictures from" onClose={onClose}>
      <fieldset className="choices">
        <legend className="visually-hidden">Source</legend>
        {sources.map((source) => (
          <label key={source.name}>
            <input
              type="radio"
              name="source"
              checked={source.name === draft.source}
              onChange={() => {
                setFiles([]);
                setDraft(datasetOf(source, recipe));
              }}
            />
            <b>{source.label}</b>
            <span className="small">{source.help}</span>
          </label>
        ))}
      </fieldset>
      <div className="fields">
        {entry?.options.map((spec) => (
          <OptionField
            key={`${entry.name}.${spec.name}`}
            spec={spec}
            value={draft[spec.name]}
            isReadOnly={false}
            onChange={(value: OptionValue, picked) => {
              if (picked !== undefined) setFiles(picked);
              setDraft((before) => ({ ...before, [spec.name]: value }));
              return null;
            }}
          />
        ))}
      </div>
      {wrong !== null && (
        <p className="small bad" role="alert">
          {wrong}
        </p>
      )}
      <div className="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="go" disabled={needsFile} onClick={open}>
          Open
        </button>
      </div>
    </Dialog>
  );
}

function datasetOf(source: SourceEntry, recipe: Recipe): Recipe['dataset'] {
  if (source.name === recipe.dataset.source) return recipe.dataset;
  const options = Object.fromEntries(source.options.map((spec) => [spec.name, spec.default]));
  return { ...options, source: source.name };
}
