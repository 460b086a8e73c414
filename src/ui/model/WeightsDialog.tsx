/**
 * Takes weights from the user: files, a folder or an address. They are opened before they are taken, so that the
 * dialog can say which network they are for, or what is wrong with them.
 */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import type { InspectedWeights } from '../../protocol/model.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { FileField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';
import { labelsText, weightsSize } from './WeightsFacts.tsx';

const ACCEPT = '.safetensors,.h5,.hdf5,.keras,.json,.bin,.zip';

interface Opened {
  readonly name: string;
  readonly files: readonly File[];
  readonly found: InspectedWeights | null;
  readonly error: WireError | null;
}

interface WeightsDialogProps {
  /** Opened at once: what was dropped on the page. */
  readonly given?: readonly File[];
  readonly onClose: () => void;
}

export function WeightsDialog({ given, onClose }: WeightsDialogProps): ReactElement {
  const studio = useStudio();
  const { opened, open } = useInspection();
  const [address, setAddress] = useState('');
  const [wrong, setWrong] = useState<WireError | null>(null);
  const found = opened?.found ?? null;
  const use = (): void => {
    if (opened === null || found === null) return;
    const change = { weightFiles: opened.files };
    const error = studio.edit((before) => ({ ...before, backbone: found.backbone }), change);
    if (error === null) onClose();
    else setWrong(error);
  };
  const pick = (files: readonly File[], first: File): void => open(nameOf(files, first), files);
  useGiven(given, pick);
  const isAddress = /^https?:\/\/./u.test(address);
  return (
    <Dialog title="Weights from" onClose={onClose}>
      <p className="small">
        safetensors, Keras .h5, .weights.h5 or .keras, a TensorFlow.js model, or what Teachable Machine
        exports. They stay on this machine.
      </p>
      <div className="fields">
        <FileField
          label="Files"
          help="One file, or model.json together with its .bin files."
          accept={ACCEPT}
          isMultiple
          onPick={pick}
        />
        <FileField
          label="Folder"
          help="An unpacked export: model.json and what lies beside it."
          isFolder
          onPick={pick}
        />
        <form
          className="field"
          onSubmit={(event) => {
            event.preventDefault();
            if (isAddress) open(address.trim(), []);
          }}
        >
          <label htmlFor="weights-address">Address</label>
          <div className="with-button">
            <input
              id="weights-address"
              type="text"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              placeholder="https://"
              value={address}
              aria-describedby="weights-address-help"
              onChange={(event) => setAddress(event.target.value)}
            />
            <button type="submit" disabled={!isAddress}>
              Fetch
            </button>
          </div>
          <p id="weights-address-help">
            Of a file whose server lets pages read it, or of a shared Teachable Machine model.
          </p>
        </form>
      </div>
      {opened !== null && <Outcome opened={opened} />}
      {wrong !== null && <Message error={wrong} />}
      <div className="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="go" disabled={found === null} onClick={use}>
          Use them
        </button>
      </div>
    </Dialog>
  );
}

/** Opens what came with the dialog, once. */
function useGiven(
  given: readonly File[] | undefined,
  pick: (files: readonly File[], first: File) => void,
): void {
  const latest = useRef(pick);
  useEffect(() => {
    latest.current = pick;
  });
  useEffect(() => {
    const [first] = given ?? [];
    if (given !== undefined && first !== undefined) latest.current(given, first);
  }, [given]);
}

/** What was found, or why nothing was. */
function Outcome({ opened }: { readonly opened: Opened }): ReactElement {
  const labels = useStudioState((state) => state.dataset.value?.labels ?? none);
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const { found, error, name } = opened;
  if (error !== null) return <Message error={error} />;
  if (found === null) {
    return (
      <div className="stack-s" role="status">
        <p className="small">Opening {name}</p>
        <progress aria-label="Opening the weights" />
      </div>
    );
  }
  const { name: network, weights: _, ...options } = found.backbone;
  const label = backbones?.find((entry) => entry.name === network)?.label ?? network;
  const form = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  return (
    <div className="stack-s" role="status">
      <p>
        <b>{[label, ...form].join(', ')}</b>, {found.format}, {weightsSize(found.weights)}
      </p>
      {found.weights.labels !== null && <p className="small">{labelsText(found.weights.labels, labels)}</p>}
    </div>
  );
}

const none: readonly string[] = [];

/** What a recipe calls it: the folder, the only file, or the one that says what the others are. */
function nameOf(files: readonly File[], first: File): string {
  const folder = /^[^/]*(?=\/)/u.exec(first.name)?.[0];
  return folder ?? files.find(({ name }) => name.endsWith('.json'))?.name ?? first.name;
}

/** Opens what was picked last; an opening that was overtaken is cancelled. */
function useInspection(): {
  readonly opened: Opened | null;
  readonly open: (name: string, files: readonly File[]) => void;
} {
  const studio = useStudio();
  const [opened, setOpened] = useState<Opened | null>(null);
  const cancel = useRef<() => void>(() => undefined);
  useEffect(() => () => cancel.current(), []);
  const open = (name: string, files: readonly File[]): void => {
    cancel.current();
    const call = studio.inspectWeights(name, files);
    cancel.current = () => call.control('cancel');
    const entry: Opened = { name, files, found: null, error: null };
    setOpened(entry);
    const settle = (change: Partial<Opened>): void =>
      setOpened((current) => (current === entry ? { ...entry, ...change } : current));
    call.result.then(
      (found) => settle({ found }),
      (reason: unknown) => {
        if (!isAbort(reason)) settle({ error: asStudioError(reason).toWire() });
      },
    );
  };
  return { opened, open };
}
