/** What was measured of this device's ways on WebGPU, and its measuring again. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { countOf, formatMoment } from '../../lib/format.ts';
import { isSoftwareGpu, measuredBy, type DeviceReport, type MeasuredKernels } from '../../protocol/device.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { useStudio } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

interface MeasuredProps {
  readonly device: DeviceReport;
  /** Whether a run goes on. */
  readonly isReadOnly: boolean;
  /** Whether software is measured too. */
  readonly isAlways: boolean;
}

export function MeasuredWays({ device, isReadOnly, isAlways }: MeasuredProps): ReactElement {
  const { stored } = useStudio();
  const [all, setAll] = useState<readonly MeasuredKernels[] | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const text = useRef<HTMLParagraphElement>(null);
  const failed = (reason: unknown): void => setError(asStudioError(reason).toWire());
  // A run may have measured by the time it ends.
  useEffect(() => {
    stored.list().then(({ measured }) => setAll(measured), failed);
  }, [stored, isReadOnly]);
  const again = (): void => {
    // The button goes with what it is about; whoever pressed it by a key goes on from here.
    text.current?.focus();
    stored.remove({ measured: true }).then(({ measured }) => setAll(measured), failed);
  };
  const measured = all?.find((each) => each.device === device.label) ?? null;
  const isMeasured = isAlways || !isSoftwareGpu(device);
  return (
    <>
      {error !== null && <Message error={error} />}
      <p className="small" ref={text} tabIndex={-1}>
        <span role="status">{all === null ? '\u00a0' : measuredText(measured, isMeasured, isReadOnly)}</span>{' '}
        {isMeasured && measured !== null && isOfThis(measured) && (
          <button type="button" className="link" disabled={isReadOnly} onClick={again}>
            Measure again
          </button>
        )}
      </p>
    </>
  );
}

/** What another version of the browser, or of Mien, has measured does not count; of earlier ones nobody noted it. */
const isOfThis = ({ by }: MeasuredKernels): boolean => by === undefined || by === measuredBy();

function measuredText(measured: MeasuredKernels | null, isMeasured: boolean, isReadOnly: boolean): string {
  if (!isMeasured) return 'This WebGPU computes in software: its runs go by the table.';
  if (measured === null)
    return isReadOnly
      ? 'Nothing was measured of this device before this run.'
      : 'Nothing is measured of this device: the next run does it first.';
  const when = `Measured ${formatMoment(measured.measuredAtMs)}`;
  if (!isOfThis(measured))
    return `${when}, by another version of this browser or of Mien: ${isReadOnly ? 'that does not count any more' : 'the next run measures anew'}.`;
  const kinds = Object.keys(measured.ways).length;
  if (kinds === 0)
    return `${when}: half a second is too short here for any kind of layer. Runs go by the table.`;
  const gains = Object.values(measured.gains).filter((gain) => gain > 1);
  const faster =
    gains.length === 0
      ? 'no other way than the table’s is faster'
      : `for ${gains.length.toString()} of them another way than the table’s is faster, up to ${Math.max(...gains).toFixed(1)} times`;
  return `${when}, ${countOf(kinds, 'kind of layer', 'kinds of layers')}: ${faster}.`;
}
