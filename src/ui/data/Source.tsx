/** Where the pictures come from, and the button to take others. */
import { useState, type ReactElement } from 'react';
import { formatBytes } from '../../lib/format.ts';
import type { SourceEntry } from '../../protocol/catalog.ts';
import type { DatasetSummary, Provenance as From } from '../../protocol/set/dataset.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { isActive } from '../../store/state.ts';
import { useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';

const loadStoredDialog = async () => (await import('./StoredDialog.tsx')).StoredDialog;
const loadSourceDialog = async () => (await import('./SourceDialog.tsx')).SourceDialog;

interface SourceProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary | null;
}

export function Source({ recipe, dataset }: SourceProps): ReactElement {
  const [open, setOpen] = useState<'change' | 'own' | null>(null);
  const [isStoredOpen, setIsStoredOpen] = useState(false);
  const entry = useStudioState((state) =>
    state.catalog?.sources.find((source) => source.name === recipe.dataset.source),
  );
  const active = useStudioState((state) => isActive(state.run));
  const size = dataset === null || dataset.sizeBytes === 0 ? '' : `, ${formatBytes(dataset.sizeBytes)}`;
  const address = addressOf(recipe, entry);
  return (
    <div className="source">
      <code>{address ?? entry?.label ?? recipe.dataset.source}</code>
      <p className="row small">
        <span>
          {dataset === null || dataset.origin === address ? entry?.label : dataset.origin}
          {size}
        </span>
        <span className="source-actions">
          <button type="button" className="link" onClick={() => setIsStoredOpen(true)}>
            Stored<span className="visually-hidden"> downloads</span>
          </button>
          <button type="button" className="link" disabled={active} onClick={() => setOpen('change')}>
            Change<span className="visually-hidden"> the set of pictures</span>
          </button>
        </span>
      </p>
      {dataset?.provenance !== undefined && <Provenance from={dataset.provenance} />}
      <p className="own">
        <button
          type="button"
          className={entry?.isOwn === true ? undefined : 'go'}
          disabled={active}
          onClick={() => setOpen('own')}
        >
          Your own pictures
        </button>
        <span className="small">or drop them anywhere on the page</span>
      </p>
      {open !== null && (
        <Later
          load={loadSourceDialog}
          props={{ recipe, isForOwn: open === 'own', onClose: () => setOpen(null) }}
        />
      )}
      {isStoredOpen && <Later load={loadStoredDialog} props={{ onClose: () => setIsStoredOpen(false) }} />}
    </div>
  );
}

/** The option that says which set it is: the first that is an address or a file. */
function addressOf(recipe: Recipe, entry: SourceEntry | undefined): string | null {
  const [first] = entry?.options ?? [];
  const value = first?.kind === 'string' || first?.kind === 'file' ? recipe.dataset[first.name] : '';
  return typeof value === 'string' && value !== '' ? value : null;
}

function Provenance({ from }: { readonly from: From }): ReactElement {
  const { revision, commit, licence, page } = from;
  const version = commit === null || revision === commit ? revision : `${revision} (${commit.slice(0, 7)})`;
  return (
    <p className="small provenance">
      {version} · {licenceText(licence)} ·{' '}
      <a href={page} target="_blank" rel="noreferrer">
        its card
      </a>
    </p>
  );
}

function licenceText(licence: string | null | undefined): string {
  if (licence === undefined) return 'licence not known';
  return licence === null ? 'its card states no licence: ask before you share them' : `licence ${licence}`;
}
