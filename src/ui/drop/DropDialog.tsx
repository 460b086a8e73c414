/** Asks what to do with what was dropped: one button for each thing that it can be taken for. */
import { useMemo, useState, type ReactElement } from 'react';
import { countOf } from '../../lib/format.ts';
import type { SourceEntry } from '../../protocol/catalog.ts';
import type { WireError } from '../../protocol/errors.ts';
import type { Offer } from '../../protocol/messages.ts';
import { isFolderPath } from '../../protocol/set/folder-paths.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { isActive } from '../../store/state.ts';
import { datasetOf, withSet } from '../data/chosen-set.ts';
import { AddTo } from '../data/edits/AddPictures.tsx';
import { LastEdit } from '../data/edits/LastEdit.tsx';
import { WeightsDialog } from '../model/WeightsDialog.tsx';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog, Later } from '../widgets/Dialog.tsx';
import { BringBack } from './BringBack.tsx';
import { Message } from '../widgets/Message.tsx';

/** What came, and what it can be taken for. */
export interface Dropped {
  /** As `dropped-files.ts` has them. */
  readonly files: readonly File[];
  readonly offers: readonly Offer[];
  readonly error: WireError | null;
}

interface DropDialogProps {
  readonly dropped: Dropped;
  readonly onClose: () => void;
}

const none: readonly SourceEntry[] = [];
const loadStudies = async () => (await import('../studies/StudiesDialog.tsx')).StudiesDialog;
const loadTakeRuns = async () => (await import('../runs/TakeRunsDialog.tsx')).TakeRunsDialog;

export function DropDialog({ dropped, onClose }: DropDialogProps): ReactElement {
  const { files: given, offers, error } = dropped;
  const files = useMemo(() => given.filter(({ name }) => !isFolderPath(name)), [given]);
  const studio = useStudio();
  const active = useStudioState((state) => isActive(state.run));
  const dataset = useStudioState((state) => state.dataset.value);
  const sources = useStudioState((state) => state.catalog?.sources ?? none);
  const [chosen, setChosen] = useState<Offer['kind'] | 'added' | null>(null);
  const [wrong, setWrong] = useState<WireError | null>(error);
  const nameOfAll = nameOf(given);
  if (chosen === 'network') return <BringBack files={files} onClose={onClose} />;
  const runFile = files.find(({ name }) => name.endsWith('.mien.zip')) ?? files[0];
  if (chosen === 'runs' && runFile !== undefined)
    return <Later load={loadTakeRuns} props={{ file: runFile, onClose }} />;
  if (chosen === 'study') return <Later load={loadStudies} props={{ files, onClose }} />;
  if (chosen === 'weights') return <WeightsDialog given={files} onClose={onClose} />;
  const closeUnless = (failed: WireError | null): void => {
    if (failed === null) onClose();
    else setWrong(failed);
  };
  const take = (offer: Offer): void => {
    switch (offer.kind) {
      case 'set': {
        const entry = sources.find(({ name }) => name === offer.source);
        if (entry === undefined) return;
        const setOf = (recipe: Recipe): Recipe =>
          withSet(recipe, Object.assign(datasetOf(entry, recipe), { [offer.option]: nameOfAll }), entry);
        closeUnless(studio.edit(setOf, { files: given }));
        return;
      }
      case 'recipe':
        closeUnless(studio.edit(() => offer.recipe));
        return;
      case 'edits':
        void studio.edits.bring(files[0] ?? new Blob());
        onClose();
        return;
      case 'pictures':
      case 'network':
      case 'runs':
      case 'study':
      case 'weights':
        setChosen(offer.kind);
        return;
      default:
        offer satisfies never;
    }
  };
  return (
    <Dialog title="What came" onClose={onClose}>
      {given.length > 0 && (
        <p>
          <b>{nameOfAll}</b>
          {given.length > 1 && `, ${countOf(files.length, 'file')}`}
        </p>
      )}
      {active && <p className="small">A run goes on: nothing is changed until it has ended or is stopped.</p>}
      {offers.length === 0 && wrong === null && (
        <p role="status">
          Nothing that Mien knows: it takes pictures, folders and zips of pictures, Parquet files, weights,
          recipes, studies, runs and lists of edits.
        </p>
      )}
      {chosen === 'added' && dataset !== null ? (
        <LastEdit dataset={dataset} />
      ) : chosen === 'pictures' && dataset !== null ? (
        <AddTo {...{ dataset, files }} onAdd={() => setChosen('added')} onLeave={onClose} />
      ) : (
        <ul className="drop-offers">
          {offers.map((offer) => (
            <li key={offer.kind === 'set' ? offer.source : offer.kind}>
              <button
                type="button"
                disabled={
                  (active && offer.kind !== 'runs' && offer.kind !== 'study') ||
                  (offer.kind === 'pictures' && dataset === null)
                }
                onClick={() => take(offer)}
              >
                {offerText(offer)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {wrong !== null && <Message error={wrong} kept="Nothing was changed." />}
      {chosen !== 'pictures' && (
        <div className="actions">
          <button type="button" onClick={onClose}>
            Close
          </button>
        </div>
      )}
    </Dialog>
  );
}

/** The folder's, or the file's. */
function nameOf([first]: readonly File[]): string {
  return first?.name.replace(/\/.*/, '') ?? '';
}

function offerText(offer: Offer): string {
  switch (offer.kind) {
    case 'set':
      return `Open it as a set of pictures (${offer.label})`;
    case 'pictures':
      return `Add ${countOf(offer.count, 'picture')} to the set that is open`;
    case 'network':
      return 'Take the trained network in: to try it, to train on from it, to take it home';
    case 'weights':
      return 'Begin with these weights';
    case 'recipe':
      return 'Take this recipe';
    case 'edits':
      return 'Take these edits of the set';
    case 'runs':
      return 'See the runs that are in it';
    case 'study':
      return 'See what this study carries out';
    default:
      return offer satisfies never;
  }
}
