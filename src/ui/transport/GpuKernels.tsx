/**
 * How WebGPU computes: which ways its matrix products take, by the recipe's choice, what was measured of this device, and how
 * activations are stored.
 */
import { useEffect, useState, type ReactElement } from 'react';
import { countOf, formatMoment } from '../../lib/format.ts';
import { isSoftwareGpu, type DeviceReport, type MeasuredKernels } from '../../protocol/device.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

interface GpuKernelsProps {
  readonly device: DeviceReport;
  readonly isReadOnly: boolean;
}

type Wish = Extract<Recipe['gpuKernels'], string>;

const WISHES: readonly (readonly [wish: Wish, name: string, help: string])[] = [
  ['auto', 'As fits the device', 'Measured on a graphics card, by the table in software.'],
  [
    'measured',
    'The fastest, as measured',
    'Half a second before the first run on a device. The last digits of a run differ between devices.',
  ],
  ['table', 'By a table', 'Nothing is measured: every device adds in the same order.'],
];

export function GpuKernels({ device, isReadOnly }: GpuKernelsProps): ReactElement | null {
  const studio = useStudio();
  const wish = useStudioState((state) => state.recipe?.gpuKernels);
  // Of a recipe that was opened from a run: gone from the list only with the dialog, once another is chosen.
  const [ofRun] = useState(typeof wish === 'object' ? wish : null);
  if (wish === undefined) return null;
  const choose = (gpuKernels: Recipe['gpuKernels']): void =>
    void studio.edit((before) => ({ ...before, gpuKernels }));
  const choices = [
    ...(ofRun === null
      ? []
      : [
          [
            ofRun,
            'Those of the run',
            'As the run that was opened was computed, where that can be: on its device, in its browser.',
          ] as const,
        ]),
    ...WISHES,
  ];
  return (
    <>
      <fieldset className="choices" disabled={isReadOnly}>
        <legend className="small">How WebGPU lays matrix products out</legend>
        {choices.map(([value, name, help]) => (
          <label key={name}>
            <input
              type="radio"
              name="gpu-kernels"
              checked={typeof value === 'string' ? wish === value : typeof wish === 'object'}
              disabled={isReadOnly}
              onChange={() => choose(value)}
            />
            <b>{name}</b>
            <span className="small">{help}</span>
          </label>
        ))}
      </fieldset>
      {(wish === 'auto' || wish === 'measured') && (
        <Measured
          device={device}
          isMeasured={wish === 'measured' || !isSoftwareGpu(device)}
          isReadOnly={isReadOnly}
        />
      )}
      <Halves isReadOnly={isReadOnly} />
    </>
  );
}

/** The recipe's choice of half the room for activations. */
function Halves({ isReadOnly }: Pick<GpuKernelsProps, 'isReadOnly'>): ReactElement {
  const studio = useStudio();
  const isChecked = useStudioState((state) => state.recipe?.gpuActivations === 'float16');
  return (
    <fieldset className="choices" disabled={isReadOnly}>
      <legend className="visually-hidden">Activations</legend>
      <label>
        <input
          type="checkbox"
          checked={isChecked}
          disabled={isReadOnly}
          onChange={() =>
            studio.edit((before) => ({ ...before, gpuActivations: isChecked ? 'float32' : 'float16' }))
          }
        />
        <b>Activations as halves</b>
        <span className="small">
          What a step keeps of the layers that train takes up to half the room; each value keeps 11 bits. Part
          of the recipe, and in the run’s record.
        </span>
      </label>
    </fieldset>
  );
}

interface MeasuredProps extends GpuKernelsProps {
  /** Whether the next run would measure. */
  readonly isMeasured: boolean;
}

/** What was measured of this device, and its measuring again. */
function Measured({ device, isMeasured, isReadOnly }: MeasuredProps): ReactElement {
  const { stored } = useStudio();
  const [all, setAll] = useState<readonly MeasuredKernels[] | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const failed = (reason: unknown): void => setError(asStudioError(reason).toWire());
  useEffect(() => {
    stored.list().then(({ measured }) => setAll(measured), failed);
  }, [stored]);
  const again = (): void => {
    stored.remove({ measured: true }).then(({ measured }) => setAll(measured), failed);
  };
  const measured = all?.find((each) => each.device === device.label) ?? null;
  return (
    <>
      {error !== null && <Message error={error} />}
      <p className="small">
        <span role="status">{all !== null && measuredText(measured, isMeasured)}</span>{' '}
        {isMeasured && measured !== null && (
          <button type="button" className="link" disabled={isReadOnly} onClick={again}>
            Measure again
          </button>
        )}
      </p>
    </>
  );
}

function measuredText(measured: MeasuredKernels | null, isMeasured: boolean): string {
  if (!isMeasured) return 'This WebGPU computes in software: its runs go by the table.';
  if (measured === null) return 'Nothing is measured of this device: the next run does it first.';
  const gains = Object.values(measured.gains).filter((gain) => gain > 1);
  const of = countOf(Object.keys(measured.ways).length, 'kind of layer', 'kinds of layers');
  const faster =
    gains.length === 0
      ? 'for none of them is another way than the table’s faster'
      : `for ${gains.length.toString()} of them another way than the table’s is faster, up to ${Math.max(...gains).toFixed(1)} times`;
  return `Measured ${formatMoment(measured.measuredAtMs)}, ${of}: ${faster}.`;
}
