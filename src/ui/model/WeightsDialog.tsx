/**
 * Takes weights from the user: files, a folder or an address. They are opened before they are taken, so that the
 * dialog can say which network they are for, or what is wrong with them.
 */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { asStudioError, isAbort, type WireError } from '../../protocol/errors.ts';
import { countOf } from '../../lib/format.ts';
import type { FoundWeights, InspectedWeights } from '../../protocol/model.ts';
import type { PreprocessingMode, WeightsFile } from '../../protocol/recipe/own-weights.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { ChoiceField, FileField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';
import { labelsText, weightsSize } from './WeightsFacts.tsx';
import { WeightsUseFacts } from './WeightsUse.tsx';

const ACCEPT = '.safetensors,.h5,.hdf5,.keras,.json,.bin,.txt,.zip';

interface Opened {
  readonly weights: WeightsFile;
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
  const found = opened?.found?.kind === 'found' ? opened.found : null;
  const use = (): void => {
    if (opened === null || found === null) return;
    const change = { weightFiles: opened.files };
    const error = studio.edit((before) => ({ ...before, backbone: found.backbone }), change);
    if (error === null) onClose();
    else setWrong(error);
  };
  const pick = (files: readonly File[], first: File): void => open({ file: nameOf(files, first) }, files);
  useGiven(given, pick);
  const isAddress = /^https?:\/\/./u.test(address);
  return (
    <Dialog title="Weights from" onClose={onClose}>
      <p className="small">
        safetensors, Keras .h5, .weights.h5 or .keras, a TensorFlow.js model, or what Teachable Machine
        exports, alone or in a zip. Files are told by what is in them. They stay on this machine.
      </p>
      <div className="fields">
        <FileField
          label="Files"
          help="One file, or all that belong together: model.json with its .bin files, weights with config.json."
          accept={ACCEPT}
          isMultiple
          onPick={pick}
        />
        <FileField
          label="Folder"
          help="An unpacked export or .keras file, or a folder from the Hub."
          isFolder
          onPick={pick}
        />
        <form
          className="field"
          onSubmit={(event) => {
            event.preventDefault();
            if (isAddress) open({ file: address.trim() }, []);
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
      {opened !== null && <Outcome opened={opened} onOpen={(weights) => open(weights, opened.files)} />}
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

interface OutcomeProps {
  readonly opened: Opened;
  /** Opens the same again, as the user says. */
  readonly onOpen: (weights: WeightsFile) => void;
}

/** What was found, or why nothing was, or what has to be chosen. */
function Outcome({ opened, onOpen }: OutcomeProps): ReactElement {
  const { found, error, weights } = opened;
  if (error !== null) {
    return (
      <>
        <Message error={error} />
        {error.code === 'model/weights-preprocessing' && <Pictures {...{ weights, onOpen }} />}
      </>
    );
  }
  if (found === null) {
    return (
      <div className="stack-s" role="status">
        <p className="small">Opening {weights.file}</p>
        <progress aria-label="Opening the weights" />
      </div>
    );
  }
  if (found.kind === 'several') {
    const choices = found.paths.map((path) => ({ value: path, label: path }));
    return (
      <ChoiceField
        label="Which of them"
        help={`There are ${countOf(found.paths.length, 'file')} of weights in it.`}
        value={weights.member ?? ''}
        choices={[{ value: '', label: 'choose…' }, ...choices]}
        onChoose={(member) => onOpen({ ...weights, member })}
      />
    );
  }
  return <Found {...{ found, weights, onOpen }} />;
}

function Found({
  found,
  weights,
  onOpen,
}: Pick<OutcomeProps, 'onOpen'> & {
  readonly found: FoundWeights;
  readonly weights: WeightsFile;
}): ReactElement {
  const labels = useStudioState((state) => state.dataset.value?.labels ?? none);
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const { name: network, weights: _, ...options } = found.backbone;
  const label = backbones?.find((entry) => entry.name === network)?.label ?? network;
  const form = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  const { use } = found.weights;
  const isOpen = use?.saidBy === 'nobody' || use?.saidBy === 'recipe';
  return (
    <div className="stack-s" role="status">
      <p>
        <b>{[label, ...form].join(', ')}</b>, {found.format}, {weightsSize(found.weights)}
      </p>
      {found.weights.labels !== null && <p className="small">{labelsText(found.weights.labels, labels)}</p>}
      {use !== null && <WeightsUseFacts use={use} />}
      {isOpen && <Pictures {...{ weights, onOpen }} />}
    </div>
  );
}

const MODES: readonly { readonly value: PreprocessingMode; readonly label: string }[] = [
  { value: 'tf', label: '−1 to 1 (Keras’ “tf”: MobileNetV2)' },
  { value: 'torch', label: 'less mean, by deviation (“torch”: PyTorch, EfficientNet)' },
  { value: 'caffe', label: 'blue, green, red less mean (“caffe”: VGG in Keras)' },
  { value: 'unit', label: '0 to 1' },
  { value: 'none', label: '0 to 255' },
];

/** Asks what the file does not say. */
function Pictures({
  weights,
  onOpen,
}: Pick<OutcomeProps, 'onOpen'> & { readonly weights: WeightsFile }): ReactElement {
  const { preprocessing, ...rest } = weights;
  return (
    <ChoiceField
      label="What pictures become"
      help="As they were when these weights were trained; ask whoever trained them."
      value={preprocessing ?? ''}
      choices={[{ value: '', label: 'as is usual for the network' }, ...MODES]}
      onChoose={(mode) => {
        const chosen = MODES.find(({ value }) => value === mode);
        onOpen(chosen === undefined ? rest : { ...rest, preprocessing: chosen.value });
      }}
    />
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
  readonly open: (weights: WeightsFile, files: readonly File[]) => void;
} {
  const studio = useStudio();
  const [opened, setOpened] = useState<Opened | null>(null);
  const cancel = useRef<() => void>(() => undefined);
  useEffect(() => () => cancel.current(), []);
  const open = (weights: WeightsFile, files: readonly File[]): void => {
    cancel.current();
    const call = studio.inspectWeights(weights, files);
    cancel.current = () => call.control('cancel');
    const entry: Opened = { weights, files, found: null, error: null };
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
