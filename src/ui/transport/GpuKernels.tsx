/**
 * How WebGPU computes: which ways its matrix products take, by the recipe's choice, what was measured of this device, and how
 * activations are stored. On another device what the recipe asks for of these, so that it is seen and can be left.
 */
import type { ReactElement } from 'react';
import { BACKEND_NAMES, type DeviceReport } from '../../protocol/device.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { StudioState } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { MeasuredWays } from './MeasuredWays.tsx';
import { useLast } from './use-last.ts';

interface GpuKernelsProps {
  readonly device: DeviceReport | null;
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
  const taken = useStudioState(waysOfOpenRun);
  // Another choice is no slip that loses them, nor does a choice go from the list by being left.
  const inRecipe = useLast(typeof wish === 'object' ? wish : null);
  const isAsked = useLast(wish === 'auto' ? null : true);
  const ofRun = inRecipe ?? taken;
  if (wish === undefined) return null;
  if (device?.backend !== 'webgpu' && isAsked === null)
    return <Halves device={device} isReadOnly={isReadOnly} />;
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
        <legend className="small">How WebGPU lays matrix products out{unusedText(device, '. ')}</legend>
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
      {device?.backend === 'webgpu' && (wish === 'auto' || wish === 'measured') && (
        <MeasuredWays device={device} isReadOnly={isReadOnly} isAlways={wish === 'measured'} />
      )}
      <Halves device={device} isReadOnly={isReadOnly} />
    </>
  );
}

/** Those of the run that was opened again, where it did not go by the table. */
function waysOfOpenRun({ run }: StudioState): Exclude<Recipe['gpuKernels'], string> | null {
  const ways = run.kind === 'finished' && run.keptAtMs !== null ? (run.result.gpuKernels ?? null) : null;
  return ways === null || Object.keys(ways.ways).length === 0 ? null : ways;
}

/** Where another device computes. */
const unusedText = (device: DeviceReport | null, before: string): string =>
  device === null || device.backend === 'webgpu'
    ? ''
    : `${before}On ${BACKEND_NAMES[device.backend]} it changes nothing.`;

/** The recipe's choice of half the room for activations. */
function Halves({ device, isReadOnly }: GpuKernelsProps): ReactElement | null {
  const studio = useStudio();
  const isChecked = useStudioState((state) => state.recipe?.gpuActivations === 'float16');
  const isAsked = useLast(isChecked || null);
  if (device?.backend !== 'webgpu' && isAsked === null) return null;
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
          What a step keeps of the layers that train takes up to half the room; each value keeps three digits
          in place of seven. Part of the recipe, and in the run’s record.{unusedText(device, ' ')}
        </span>
      </label>
    </fieldset>
  );
}
