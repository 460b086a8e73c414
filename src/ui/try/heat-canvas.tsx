/** Canvases of a picture as the network sees it, and of a heat map over it. */
import { useEffect, useRef, type ReactElement } from 'react';
import { enlarged, HEAT_COLOUR } from '../../lib/figures/heat.ts';
import type { RgbaPicture } from '../../protocol/set/dataset.ts';
import { paint } from '../data/pictures.tsx';

/** A map of one class. */
export interface Heat {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 to 1. */
  readonly values: Float32Array;
}

interface SeenCanvasProps {
  readonly seen: RgbaPicture;
  /** What a screen reader hears; empty where the words stand beside it. */
  readonly label?: string;
}

export function SeenCanvas({ seen, label = '' }: SeenCanvasProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { size, rgba } = seen;
    if (canvas.current !== null) paint(canvas.current, new ImageData(rgba, size, size));
  }, [seen]);
  const named = label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return <canvas ref={canvas} width={1} height={1} {...named} />;
}

interface HeatCanvasProps {
  readonly heat: Heat;
  /** Of the colour, 0 to 1. The line stays as it is. */
  readonly opacity: number;
  /** Side in pixels that it is drawn with. */
  readonly side: number;
  /** Whether a line goes around the places that have half of the peak or more. */
  readonly hasLine?: boolean;
}

export function HeatCanvas({ heat, opacity, side, hasLine = false }: HeatCanvasProps): ReactElement {
  const colour = useRef<HTMLCanvasElement>(null);
  const line = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const values = enlarged(heat.values, heat, side);
    if (colour.current !== null) paint(colour.current, colourOf(values, side));
    if (line.current !== null) paint(line.current, lineOf(values, side));
  }, [heat, side]);
  return (
    <>
      <canvas ref={colour} className="try-heat" style={{ opacity }} width={1} height={1} aria-hidden="true" />
      {hasLine && <canvas ref={line} className="try-heat" width={1} height={1} aria-hidden="true" />}
    </>
  );
}

function colourOf(values: Float32Array, side: number): ImageData {
  const image = new ImageData(side, side);
  values.forEach((value, at) => image.data.set([...HEAT_COLOUR, value * 255], at * 4));
  return image;
}

/** White with dark on either side, so that it is seen on any picture. */
function lineOf(values: Float32Array, side: number): ImageData {
  const image = new ImageData(side, side);
  const thick = Math.max(1, side / 220);
  // How far from half a value is, in pixels: by how steep the map is there.
  values.forEach((value, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const right = values[y * side + Math.min(side - 1, x + 1)] ?? 0;
    const below = values[Math.min(side - 1, y + 1) * side + x] ?? 0;
    const steep = Math.hypot(right - value, below - value);
    const distance = steep === 0 ? Infinity : Math.abs(value - 0.5) / steep;
    if (distance < thick) image.data.set([255, 255, 255, 255], at * 4);
    else if (distance < 2 * thick) image.data.set([16, 19, 26, 200], at * 4);
  });
  return image;
}
