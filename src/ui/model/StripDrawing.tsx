/** What the strip shows: blocks in the colour of what they do, the cut, its output where the cache is, the head. */
import type { ReactElement } from 'react';
import type { ModelSummary } from '../../protocol/model.ts';
import { shapeText, STRIP_WIDTH, type PlacedBlock, type StripLayout } from './strip-geometry.ts';

/** What is frozen and what learns. */
export interface StripState {
  /** Backbone layers behind the cut; 0 for the head alone. */
  readonly unfreeze: number;
  /** Whether a phase of the recipe has a cut at all. */
  readonly hasCut: boolean;
  /** Whether the part behind the cut learns now, or opens in a later phase. */
  readonly isOpen: boolean;
  readonly classes: number;
  /** What is said below `Head`, line by line. */
  readonly headText: readonly string[];
  /** What is said of the cache at the cut output. */
  readonly cacheText: string;
}

interface StripDrawingProps extends StripState {
  readonly model: ModelSummary;
  readonly layout: StripLayout;
  readonly cutY: number;
}

export function StripDrawing(props: StripDrawingProps): ReactElement {
  const { model, layout, cutY, unfreeze, isOpen } = props;
  const behind = isOpen ? 'trains' : 'opens';
  const [above, below] = roomOfCut(layout, cutY);
  const labels = layout.labels.filter((label) => label.y < cutY - above || label.y > cutY + below);
  return (
    <>
      {layout.necks.map((neck) => (
        <path key={neck.path} className="between" d={neck.path} />
      ))}
      <text x={150} y={16}>
        one picture
      </text>
      <text x={150} y={31}>
        {shapeText(model.inputShape)}
      </text>
      <rect className="input" x={layout.input.x} y={layout.input.y} width={layout.input.width} height={2} />
      {layout.blocks.map((block) => (
        <BlockBar key={block.name} block={block} cutY={unfreeze > 0 ? cutY : Infinity} behind={behind} />
      ))}
      {labels.map((label) => (
        <text key={label.y} x={150} y={label.y}>
          {label.text}
        </text>
      ))}
      <HeadSquares classes={props.classes} y={layout.bottom + 13} text={props.headText} />
      <Sides {...props} />
      {props.hasCut && <Cut {...props} />}
    </>
  );
}

function BlockBar({
  block,
  cutY,
  behind,
}: {
  readonly block: PlacedBlock;
  readonly cutY: number;
  readonly behind: string;
}): ReactElement {
  const { x, y, width, height, name } = block;
  const split = Math.min(height, Math.max(0, cutY - y));
  return (
    <g>
      <title>{`${name}, ${shapeText(block.shape)}, ${block.to - block.from} layers`}</title>
      {split > 0 && <rect className="frozen" x={x} y={y} width={width} height={split} />}
      {split < height && (
        <rect className={behind} x={x} y={y + split} width={width} height={height - split} />
      )}
    </g>
  );
}

/** One square a class, as far as they fit. */
function HeadSquares({
  classes,
  y,
  text,
}: {
  readonly classes: number;
  readonly y: number;
  readonly text: readonly string[];
}): ReactElement {
  const shown = Math.min(classes, 12);
  const left = 72 - (shown * 9 - 2) / 2;
  return (
    <>
      {Array.from({ length: shown }, (_, index) => (
        <rect key={index} className="trains" x={left + index * 9} y={y} width={7} height={7} />
      ))}
      <text className="bold" x={118} y={y}>
        Head
      </text>
      {text.map((line, index) => (
        <text key={line} x={118} y={y + 15 * (index + 1)}>
          {line}
        </text>
      ))}
    </>
  );
}

/** The brackets on the left, with how much is frozen and how much learns. */
function Sides({ model, layout, cutY, unfreeze, isOpen }: StripDrawingProps): ReactElement {
  const top = layout.blocks[0]?.y ?? 0;
  const end = layout.bottom + 20;
  const layers = model.layers.length;
  const narrow = layout.blocks.find((block) => block.x > 50)?.y ?? end;
  const frozenY = Math.max((top + cutY) / 2 - 10, narrow + 14);
  const opensY = Math.max((cutY + end) / 2 - 14, narrow + 14, cutY + 16);
  return (
    <>
      <path className="bracket" d={`M5 ${top}H1V${Math.max(top, cutY - 3)}H5`} />
      <path
        className={isOpen || unfreeze === 0 ? 'bracket learns' : 'bracket'}
        d={`M5.5 ${cutY + 3}H1.5V${end}H5.5`}
      />
      {frozenY + 34 < cutY && (
        <>
          <text className="bold" x={8} y={frozenY}>
            Frozen
          </text>
          <text x={8} y={frozenY + 15}>
            {layers - unfreeze}
          </text>
          <text x={8} y={frozenY + 30}>
            layers
          </text>
        </>
      )}
      {unfreeze > 0 && opensY + 30 < end - 8 && (
        <>
          <text className="bold" x={8} y={opensY}>
            {isOpen ? 'Trains' : 'Opens'}
          </text>
          <text x={8} y={opensY + 15}>
            {unfreeze}
          </text>
          <text x={8} y={opensY + 30}>
            layers
          </text>
        </>
      )}
    </>
  );
}

function Cut(props: StripDrawingProps): ReactElement {
  const { model, layout, cutY, unfreeze, cacheText, isOpen } = props;
  const output = model.cuts[unfreeze]?.cutOutput;
  const shape = output === undefined ? '' : shapeText(output.shape);
  const open = unfreeze === 0 ? 'none' : `last ${unfreeze}`;
  const all = `of ${model.layers.length}${isOpen ? ' layers' : ', later'}`;
  const lines = isBesideWide(layout, cutY)
    ? // Beside wide blocks there is little room, and above the first block none.
      [
        { text: open, isBold: true, x: 150, y: cutY + 26 },
        { text: all, isBold: true, x: 150, y: cutY + 41 },
        { text: 'cut output', isBold: false, x: 150, y: cutY + 58 },
        { text: shape, isBold: false, x: 150, y: cutY + 73 },
        { text: cacheText, isBold: false, x: 150, y: cutY + 88 },
      ]
    : [
        { text: `cut output ${shape}`, isBold: false, x: 94, y: cutY - 23 },
        { text: cacheText, isBold: false, x: 94, y: cutY - 9 },
        // Below the last cut stands the head.
        { text: `${open} ${all}`, isBold: true, x: 94, y: isAtHead(layout, cutY) ? cutY - 37 : cutY + 24 },
      ];
  return (
    <>
      <path className="cut" d={`M0 ${cutY}H${STRIP_WIDTH}`} />
      {lines.map(({ text, isBold, x, y }) => (
        <text key={y} className={isBold ? 'bold' : undefined} x={x} y={y}>
          {text}
        </text>
      ))}
      <g className="grip" transform={`translate(${STRIP_WIDTH} ${cutY})`}>
        <rect x={-32} y={-12} width={32} height={24} rx={12} />
        <path d="M-20-3l4-4 4 4M-20 3l4 4 4-4" />
      </g>
    </>
  );
}

/** Whether what stands below a cut would stand on the head's words. */
const isAtHead = ({ bottom }: StripLayout, cutY: number): boolean => cutY + 24 > bottom;

/** How far above and below a cut its words reach, so that no label stands there. */
function roomOfCut(layout: StripLayout, cutY: number): readonly [above: number, below: number] {
  if (isBesideWide(layout, cutY)) return [12, 100];
  return isAtHead(layout, cutY) ? [50, 4] : [36, 37];
}

/** Whether a cut's words would stand on blocks, or on the picture above them. */
function isBesideWide({ blocks }: StripLayout, cutY: number): boolean {
  const isAtTop = cutY < (blocks[0]?.y ?? 0) + 34;
  return (
    isAtTop ||
    blocks.some(({ x, y, width, height }) => x + width > 90 && y < cutY + 30 && y + height > cutY - 34)
  );
}
