/** The picture that is tried: opened, dropped, pasted, held to the camera, or one of the set's test pictures. */
import { useRef, type ReactElement } from 'react';
import { countOf, formatCount } from '../../lib/format.ts';
import type { DatasetSummary } from '../../protocol/set/dataset.ts';
import type { FoundFaces, PicturePart, TriedNetwork } from '../../protocol/try.ts';
import { PictureCanvas } from '../data/pictures.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { Message } from '../widgets/Message.tsx';
import { SeenCanvas } from './heat-canvas.tsx';
import { Live } from './Live.tsx';
import { fromList, type OpenedFile } from './opened-files.ts';
import type { Asking, Shown, Trial } from './trial.ts';

/** Test pictures that are offered. */
const OFFERED = 8;

interface PictureSideProps {
  readonly network: TriedNetwork;
  readonly trial: Trial;
  /** The set that the network was trained on, where it is open. */
  readonly dataset: DatasetSummary | null;
}

export function PictureSide({ network, trial, dataset }: PictureSideProps): ReactElement {
  const { one, opened, isLive, ask, closeCamera } = trial;
  const { shown, error } = one;
  return (
    <section className="try-side" aria-labelledby="try-picture">
      <h3 id="try-picture" className="small">
        Picture
      </h3>
      <p className="clause">{pictureClause(trial)}</p>
      <Openers isLive={isLive} onFiles={trial.openFiles} onCamera={trial.openCamera} />
      <FaceSwitch network={network} trial={trial} />
      {error !== null && (
        <Message error={error} kept={shown === null ? undefined : 'The picture before it is still here.'} />
      )}
      {isLive ? (
        <Live
          runId={network.runId}
          findsFaces={trial.findsFaces}
          onAnswer={trial.onLive}
          onClose={closeCamera}
          onHold={(picture) => ask({ name: '', picture, truth: null })}
        />
      ) : (
        <>
          {shown !== null && (
            <Original {...{ network, shown }} onFace={(face) => one.ask({ ...askingOf(shown), face })} />
          )}
          {shown === null && opened === null && (
            <div className="try-nothing">
              <p>Drop a picture here, paste one, or hold something to the camera.</p>
            </div>
          )}
          {opened !== null && shown !== null && (
            <button type="button" className="link" onClick={one.clear}>
              Back to the table of {formatCount(opened.pictures.length)}
            </button>
          )}
          {dataset !== null && (
            <TestPictures
              dataset={dataset}
              onRow={(row, name) =>
                ask({ name, picture: { kind: 'row', row }, truth: dataset.labelOfRow[row] ?? null })
              }
            />
          )}
        </>
      )}
      <p className="small">
        Nothing is recorded, kept or sent. A picture is forgotten when another is shown, or this is closed.
      </p>
    </section>
  );
}

function pictureClause({ isLive, one, opened }: Trial): string {
  if (isLive) return 'Held to the camera,';
  if (opened === null || one.shown !== null) return 'Shown this picture,';
  return `Shown ${formatCount(opened.pictures.length)} pictures,`;
}

interface OpenersProps {
  readonly isLive: boolean;
  readonly onFiles: (files: readonly OpenedFile[]) => void;
  readonly onCamera: () => void;
}

/** The buttons; on a phone the camera is the first of them. */
function Openers({ isLive, onFiles, onCamera }: OpenersProps): ReactElement {
  return (
    <div className="try-openers">
      <PickButton label="Open…" isFolder={false} onFiles={onFiles} />
      <PickButton label="Folder…" isFolder onFiles={onFiles} />
      {!isLive && (
        <button type="button" className="try-camera" onClick={onCamera}>
          <Icon name="camera" />
          Camera
        </button>
      )}
      <span className="small">or drop or paste pictures anywhere here</span>
    </div>
  );
}

interface PickButtonProps extends Pick<OpenersProps, 'onFiles'> {
  readonly label: string;
  readonly isFolder: boolean;
}

function PickButton({ label, isFolder, onFiles }: PickButtonProps): ReactElement {
  const input = useRef<HTMLInputElement | null>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        type="file"
        hidden
        multiple
        accept={isFolder ? undefined : 'image/*'}
        aria-label={isFolder ? 'A folder of pictures' : 'Pictures'}
        ref={(element) => {
          input.current = element;
          // React knows no attribute for it.
          if (element !== null) element.webkitdirectory = isFolder;
        }}
        onChange={({ target }) => {
          onFiles(fromList(target.files));
          // The same file may be opened again.
          target.value = '';
        }}
      />
    </>
  );
}

const askingOf = ({ name, picture, truth }: Shown): Asking => ({ name, picture, truth });

/** Crops to the face where that is wanted, and says that the network was not trained so; one that was gets no whole picture. */
function FaceSwitch({ network, trial }: Pick<PictureSideProps, 'network' | 'trial'>): ReactElement {
  const { findsFaces, findFaces } = trial;
  if (network.recipe.image.crop === 'face') {
    return (
      <p className="small">Pictures are cut to the largest face, as this network was trained on them.</p>
    );
  }
  return (
    <div>
      <label className="try-check">
        <input type="checkbox" checked={findsFaces} onChange={({ target }) => findFaces(target.checked)} />
        Find the face and crop to it
      </label>
      {findsFaces && (
        <p className="small">
          This network was trained on whole pictures: on a face alone it may do better or worse than its test
          says.
        </p>
      )}
    </div>
  );
}

interface OriginalProps {
  readonly network: TriedNetwork;
  readonly shown: Shown;
  /** Hears which other face is wanted. */
  readonly onFace: (index: number) => void;
}

/** The picture as its owner has it, with the faces that were found. */
function Original({ network, shown, onFace }: OriginalProps): ReactElement {
  const { url, name, answer } = shown;
  const { faces } = answer;
  return (
    <figure className="try-original">
      <div className="try-faces">
        {url === null ? (
          <SeenCanvas seen={answer.seen} label={name === '' ? 'The picture' : name} />
        ) : (
          <img
            className={network.recipe.image.orientation === 'stored' ? 'is-stored' : undefined}
            src={url}
            alt={name === '' ? 'The picture' : name}
          />
        )}
        {url !== null && faces !== null && <FaceSquares faces={faces} />}
      </div>
      {name !== '' && <figcaption className="small">{name}</figcaption>}
      {faces?.shown != null && (
        <p className="small" role="status">
          {countOf(faces.faces.length, 'face')} found
          {faces.faces.length > 1 &&
            `; the network is shown ${faces.shown.index === 0 ? 'the largest' : ordinalOf(faces.shown.index)}`}
          .
        </p>
      )}
      {faces !== null && faces.faces.length > 1 && (
        <div className="actions">
          {faces.faces.map((_, index) => (
            <button
              key={index}
              type="button"
              aria-pressed={faces.shown?.index === index}
              onClick={() => onFace(index)}
            >
              Face {index + 1}
            </button>
          ))}
        </div>
      )}
      {answer.notes.map((note) => (
        <p key={note.code} className="small">
          {note.message} {note.hint}
        </p>
      ))}
    </figure>
  );
}

const ordinalOf = (index: number): string => `face ${(index + 1).toString()} by size`;

/** Dashed: faces; solid: what the network was shown. Laid over the picture, which fills its room as far as it goes. */
function FaceSquares({
  faces: { faces, shown, width, height },
}: {
  readonly faces: FoundFaces;
}): ReactElement {
  const sides = ({ x, y, width: w, height: h }: PicturePart) => ({
    ...{ x: x * width, y: y * height, width: w * width, height: h * height },
  });
  return (
    <svg viewBox={`0 0 ${width.toString()} ${height.toString()}`} aria-hidden="true">
      {faces.map((face, index) => (
        <rect key={index} className="face" vectorEffect="non-scaling-stroke" {...sides(face)} />
      ))}
      {shown !== null && <rect vectorEffect="non-scaling-stroke" {...sides(shown.square)} />}
    </svg>
  );
}

interface TestPicturesProps {
  readonly dataset: DatasetSummary;
  readonly onRow: (row: number, name: string) => void;
}

/** One of each class, of those that the network has never learned from; their class is told afterwards. */
function TestPictures({ dataset, onRow }: TestPicturesProps): ReactElement {
  const { test } = dataset.split;
  const rows = [...firstOfEach(dataset)].slice(0, OFFERED);
  return (
    <section aria-labelledby="try-test-pictures">
      <div className="row">
        <h3 id="try-test-pictures">Or a picture it has never learned from</h3>
        <span className="small">{formatCount(test.length)} test pictures</span>
      </div>
      <ul className="try-offered">
        {rows.map((row, at) => {
          const name = `Test picture ${(at + 1).toString()}`;
          return (
            <li key={row}>
              <button type="button" aria-label={name} onClick={() => onRow(row, name)}>
                <PictureCanvas row={row} label="" />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function firstOfEach({ split, labelOfRow }: DatasetSummary): Iterable<number> {
  const byClass = new Map<number, number>();
  for (const row of split.test) {
    const label = labelOfRow[row] ?? 0;
    if (!byClass.has(label)) byClass.set(label, row);
  }
  return byClass.values();
}
