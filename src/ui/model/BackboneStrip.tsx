/**
 * The backbone as a strip of blocks with a cut to drag: grey is frozen, blue learns. The handle is a native vertical
 * range over the drawing: arrows move it a layer, page keys a block.
 */
import { useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { mostUnfrozen, type ModelSummary } from '../../protocol/model.ts';
import { PictureCanvas } from '../data/pictures.tsx';
import {
  cutHeight,
  layoutStrip,
  shapeText,
  STRIP_WIDTH,
  unfreezeAfterKey,
  unfreezeAt,
} from './strip-geometry.ts';
import { StripDrawing, type StripState } from './StripDrawing.tsx';

interface BackboneStripProps extends StripState {
  readonly model: ModelSummary;
  /** Row of the picture at the top. */
  readonly row: number | null;
  /** Null while the cut cannot be moved. */
  readonly onCut: ((unfreeze: number) => void) | null;
}

export function BackboneStrip(props: BackboneStripProps): ReactElement {
  const { model, row, unfreeze, onCut } = props;
  const layout = useMemo(() => layoutStrip(model), [model]);
  const frame = useRef<HTMLDivElement>(null);
  const layers = model.layers.length;
  const first = layout.blocks[0]?.y ?? 0;

  const dragTo = (event: PointerEvent): void => {
    const box = frame.current?.querySelector('svg')?.getBoundingClientRect();
    if (box === undefined || onCut === null) return;
    const y = ((event.clientY - box.top) / box.height) * layout.height;
    onCut(unfreezeAt(layout, model, y));
  };
  const onPointerDown = (event: PointerEvent<HTMLInputElement>): void => {
    if (onCut === null || event.button !== 0) return;
    // The range itself would move in even steps; the drawing is not even, so the pointer is read on it.
    event.preventDefault();
    event.currentTarget.focus();
    event.currentTarget.setPointerCapture(event.pointerId);
    dragTo(event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = unfreezeAfterKey(event.key, unfreeze, model);
    if (next === null || onCut === null) return;
    event.preventDefault();
    onCut(next);
  };

  return (
    <div className="strip" ref={frame}>
      <label className="visually-hidden" htmlFor="cut">
        Cut: how many of the last layers train
      </label>
      <input
        id="cut"
        type="range"
        min={layers - mostUnfrozen(model)}
        max={layers}
        step={1}
        value={layers - unfreeze}
        disabled={onCut === null}
        aria-valuetext={cutText(model, unfreeze)}
        style={{
          top: `${(first / layout.height) * 100}%`,
          height: `${((layout.bottom - first) / layout.height) * 100}%`,
        }}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) dragTo(event);
        }}
        onKeyDown={onKeyDown}
        onChange={(event) => onCut?.(layers - Number(event.target.value))}
      />
      <svg viewBox={`0 0 ${STRIP_WIDTH} ${layout.height}`} role="img" aria-label={describe(model, unfreeze)}>
        <StripDrawing {...props} layout={layout} cutY={cutHeight(layout, layers, unfreeze)} />
      </svg>
      {row !== null && <PictureCanvas className="picture first-picture" row={row} label="" />}
    </div>
  );
}

/** The cut in words, for the handle and its label. */
export function cutText(model: ModelSummary, unfreeze: number): string {
  if (unfreeze <= 0) return 'the head alone';
  const cut = model.cuts[unfreeze];
  const from = cut === undefined ? '' : `, from ${cut.firstTrainable}`;
  return `last ${Math.min(unfreeze, model.layers.length)} of ${model.layers.length} layers${from}`;
}

function describe(model: ModelSummary, unfreeze: number): string {
  const first = model.blocks[0];
  const last = model.blocks.at(-1);
  const frozen = model.layers.length - unfreeze;
  return (
    `${model.label} from picture to head: maps go from ${shapeText(first?.shape ?? [])} to ` +
    `${shapeText(last?.shape ?? [])}. The first ${frozen} layers are frozen; the last ${unfreeze} and the head train.`
  );
}
