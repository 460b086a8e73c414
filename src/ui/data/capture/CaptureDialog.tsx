/** Takes pictures with the camera, class by class, and hands them over as files. Loaded when it is opened. */
import { useEffect, useId, useRef, useState, type ReactElement, type RefObject } from 'react';
import { countOf } from '../../../lib/format.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import { Dialog } from '../../widgets/Dialog.tsx';
import { Message } from '../../widgets/Message.tsx';
import { useThrowAway } from '../../widgets/ThrowAway.tsx';
import { HoldButton } from './HoldButton.tsx';
import { takePicture, useCamera } from './camera.ts';
import './capture.css';
import { filesOf, missingIn, neededOfEach, type TakenClass } from './taken.ts';

interface CaptureDialogProps {
  /** Null for pictures that are added to a set. */
  readonly split: Recipe['split'] | null;
  /** What the classes are called at first. */
  readonly names?: readonly string[];
  readonly onTaken: (files: readonly File[]) => void;
  readonly onClose: () => void;
}

const LEAST_CLASSES = 2;
const usualNames = ['Class 1', 'Class 2'];

export function CaptureDialog({ split, names, onTaken, onClose }: CaptureDialogProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null);
  const { isOn, error, retry } = useCamera(video);
  const { classes, change, add, remove, take } = useTaken(video, names);
  const missing = missingIn(classes, split);
  const count = classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
  const { onLeave, question } = useThrowAway(count === 0 ? null : countOf(count, 'picture'), onClose);
  return (
    <Dialog title="Pictures from the camera" isWide onClose={onClose} onLeave={onLeave}>
      <div className="capture">
        <div className="capture-view">
          <video
            ref={video}
            autoPlay
            muted
            playsInline
            hidden={error !== null}
            aria-label="What the camera shows"
          />
          {error !== null && (
            <Message error={error}>
              <button type="button" onClick={retry}>
                Try again
              </button>
            </Message>
          )}
          <p className="small">
            Name each class, show it to the camera and hold its button, or Space. Move between pictures: what
            looks the same teaches little.{' '}
            {split !== null && `${neededOfEach(split).toString()} of each are the least, thirty are better.`}
          </p>
        </div>
        <ul className="taken-classes">
          {classes.map((taken) => (
            <ClassCard
              key={taken.id}
              taken={taken}
              hasCamera={isOn}
              onName={(name) => change(taken.id, (before) => ({ ...before, name }))}
              onTake={() => take(taken.id)}
              onDrop={(id) =>
                change(taken.id, (before) => ({
                  ...before,
                  pictures: before.pictures.filter((picture) => picture.id !== id),
                }))
              }
              onRemove={classes.length > LEAST_CLASSES ? () => remove(taken.id) : null}
            />
          ))}
          <li>
            <button type="button" onClick={add}>
              Add a class
            </button>
          </li>
        </ul>
      </div>
      {question}
      <div className="actions">
        <p className="small" role="status">
          {missing}
        </p>
        <button
          type="button"
          onClick={() => {
            if (!onLeave()) onClose();
          }}
        >
          Cancel
        </button>
        <button
          type="button"
          className="go"
          disabled={missing !== null}
          onClick={() => onTaken(filesOf(classes))}
        >
          Use these
        </button>
      </div>
    </Dialog>
  );
}

/** The classes, and what can be done to them. */
function useTaken(video: RefObject<HTMLVideoElement | null>, names: readonly string[] = usualNames) {
  const [classes, setClasses] = useState<readonly TakenClass[]>(() =>
    names.map((name, index) => ({ id: index + 1, name, pictures: [] })),
  );
  const nextId = useRef(names.length + 1);
  // Addresses of pictures hold memory until they are given back.
  const urls = useRef(new Set<string>());
  useEffect(() => {
    const made = urls.current;
    return () => made.forEach((url) => URL.revokeObjectURL(url));
  }, []);
  const change = (id: number, how: (before: TakenClass) => TakenClass): void =>
    setClasses((before) => before.map((one) => (one.id === id ? how(one) : one)));
  const newId = (): number => nextId.current++;
  const take = async (id: number): Promise<void> => {
    const picture = video.current === null ? null : await takePicture(video.current);
    if (picture === null) return;
    const url = URL.createObjectURL(picture);
    urls.current.add(url);
    const taken = { id: newId(), picture, url };
    change(id, (before) => ({ ...before, pictures: [...before.pictures, taken] }));
  };
  return {
    classes,
    change,
    take: (id: number): void => void take(id),
    add: (): void => {
      const id = newId();
      setClasses((before) => [
        ...before,
        { id, name: `Class ${(before.length + 1).toString()}`, pictures: [] },
      ]);
    },
    remove: (id: number): void => setClasses((before) => before.filter((one) => one.id !== id)),
  };
}

interface ClassCardProps {
  readonly taken: TakenClass;
  readonly hasCamera: boolean;
  readonly onName: (name: string) => void;
  readonly onTake: () => void;
  readonly onDrop: (id: number) => void;
  /** Null where there must be as many classes as there are. */
  readonly onRemove: (() => void) | null;
}

function ClassCard({ taken, hasCamera, onName, onTake, onDrop, onRemove }: ClassCardProps): ReactElement {
  const id = useId();
  const { name, pictures } = taken;
  return (
    <li className="taken-class">
      <div className="taken-head">
        <label htmlFor={id} className="visually-hidden">
          Name of the class
        </label>
        <input
          id={id}
          type="text"
          autoComplete="off"
          maxLength={60}
          value={name}
          onChange={({ target }) => onName(target.value)}
        />
        <HoldButton disabled={!hasCamera} onTick={onTake}>
          Hold to take<span className="visually-hidden"> pictures of {name}</span>
        </HoldButton>
        {onRemove !== null && (
          <button type="button" className="link small" onClick={onRemove}>
            Remove<span className="visually-hidden"> the class {name}</span>
          </button>
        )}
      </div>
      <p className="small">{countOf(pictures.length, 'picture')}</p>
      {pictures.length > 0 && (
        <ul className="taken-pictures">
          {pictures.map((picture, index) => (
            <li key={picture.id}>
              <button type="button" title="Take it out" onClick={() => onDrop(picture.id)}>
                <img src={picture.url} alt={`Take out picture ${(index + 1).toString()} of ${name}`} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
