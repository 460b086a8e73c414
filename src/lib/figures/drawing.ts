/**
 * Owns drawings that need no page: a list of shapes, written as SVG or painted on a canvas. What both show is the same
 * list, so that the SVG and the PNG of a chart cannot differ.
 */
import { escaped } from '../markup.ts';

/** Measures are in pixels from the top left; colours as CSS names them. */
export type Shape =
  | {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly fill: string;
    }
  | {
      readonly kind: 'line';
      /** `x, y` of each point. */
      readonly points: readonly (readonly [number, number])[];
      readonly stroke: string;
      readonly width: number;
      /** Lengths of strokes and gaps; solid without. */
      readonly dash?: readonly number[];
    }
  | {
      readonly kind: 'circle';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly fill: string;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Of the line that the letters stand on. */
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly fill: string;
      readonly align: 'start' | 'middle' | 'end';
      readonly isBold?: boolean;
      /** Degrees, clockwise about its point. */
      readonly turned?: number;
    };

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What it shows, in a sentence. */
  readonly title: string;
  /** Later ones lie on earlier ones; all lie on white. */
  readonly shapes: readonly Shape[];
}

/** The family of all texts: what each machine has. */
export const FONT = 'system-ui, "DejaVu Sans", Arial, sans-serif';

/** A drawing as an SVG file. */
export function svgOf({ width, height, title, shapes }: Drawing): string {
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" font-family="${xml(FONT)}">`,
    `<title>${xml(title)}</title>`,
    `<rect width="${n(width)}" height="${n(height)}" fill="#fff"/>`,
    ...shapes.map(elementOf),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function elementOf(shape: Shape): string {
  switch (shape.kind) {
    case 'rect':
      return `<rect x="${n(shape.x)}" y="${n(shape.y)}" width="${n(shape.width)}" height="${n(shape.height)}" fill="${shape.fill}"/>`;
    case 'circle':
      return `<circle cx="${n(shape.x)}" cy="${n(shape.y)}" r="${n(shape.radius)}" fill="${shape.fill}"/>`;
    case 'line': {
      const points = shape.points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ');
      const dash = shape.dash === undefined ? '' : ` stroke-dasharray="${shape.dash.join(' ')}"`;
      return `<polyline points="${points}" fill="none" stroke="${shape.stroke}" stroke-width="${n(shape.width)}"${dash}/>`;
    }
    case 'text': {
      const { x, y, turned } = shape;
      const turn = turned === undefined ? '' : ` transform="rotate(${n(turned)} ${n(x)} ${n(y)})"`;
      const weight = shape.isBold === true ? ' font-weight="bold"' : '';
      return `<text x="${n(x)}" y="${n(y)}" font-size="${n(shape.size)}" fill="${shape.fill}" text-anchor="${shape.align}"${weight}${turn}>${xml(shape.text)}</text>`;
    }
    default:
      return shape satisfies never;
  }
}

/** Paints a drawing on a canvas of a browser, which is `scale` times as large. */
export function paint(
  { width, height, shapes }: Drawing,
  context: OffscreenCanvasRenderingContext2D,
  scale: number,
): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  for (const shape of shapes) paintShape(shape, context);
}

function paintShape(shape: Shape, context: OffscreenCanvasRenderingContext2D): void {
  switch (shape.kind) {
    case 'rect':
      context.fillStyle = shape.fill;
      context.fillRect(shape.x, shape.y, shape.width, shape.height);
      return;
    case 'circle':
      context.fillStyle = shape.fill;
      context.beginPath();
      context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'line':
      context.strokeStyle = shape.stroke;
      context.lineWidth = shape.width;
      context.setLineDash([...(shape.dash ?? [])]);
      context.beginPath();
      for (const [x, y] of shape.points) context.lineTo(x, y);
      context.stroke();
      return;
    case 'text':
      context.save();
      context.translate(shape.x, shape.y);
      context.rotate(((shape.turned ?? 0) * Math.PI) / 180);
      context.font = `${shape.isBold === true ? 'bold ' : ''}${shape.size}px ${FONT}`;
      context.fillStyle = shape.fill;
      context.textAlign = shape.align === 'middle' ? 'center' : shape.align;
      context.fillText(shape.text, 0, 0);
      context.restore();
      return;
    default:
      shape satisfies never;
  }
}

/** A hundredth of a pixel is exact enough. */
const n = (value: number): string => Number(value.toFixed(2)).toString();

/** XML has no way to write control characters. */
function xml(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return escaped(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '\ufffd');
}
