/** One class of the camera's set: its name, the button to hold, and its pictures, each of which can be taken out. */
import { useId, type ReactElement } from 'react';
import { countOf } from '../../../lib/format.ts';
import { HoldButton } from './HoldButton.tsx';
import type { TakenClass } from './taken.ts';

interface ClassCardProps {
  readonly taken: TakenClass;
  readonly hasCamera: boolean;
  readonly onName: (name: string) => void;
  readonly onTake: () => void;
  readonly onDrop: (id: number) => void;
  /** Null where there must be as many classes as there are. */
  readonly onRemove: (() => void) | null;
}

export function ClassCard({
  taken,
  hasCamera,
  onName,
  onTake,
  onDrop,
  onRemove,
}: ClassCardProps): ReactElement {
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
