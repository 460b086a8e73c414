/** Every candidate for a device with why, and the override. Loaded when it is opened. */
import type { ReactElement } from 'react';
import { BACKEND_NAMES, deviceText, type BackendChoice, type DeviceReport } from '../../protocol/device.ts';
import { hasRelaxedSimd } from '../../protocol/simd.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';
import { GpuKernels } from './GpuKernels.tsx';
import { useLast } from './use-last.ts';

interface DeviceDialogProps {
  readonly device: DeviceReport | null;
  readonly onClose: () => void;
}

export function DeviceDialog({ device, onClose }: DeviceDialogProps): ReactElement {
  const studio = useStudio();
  const choice = useStudioState((state) => state.backendChoice);
  const active = useStudioState((state) => isActive(state.run));
  const choose = (backend: BackendChoice): void => void studio.chooseBackend(backend);
  return (
    <Dialog title={device === null ? 'Device' : `Runs on ${device.label}`} onClose={onClose}>
      <p>{device?.why}</p>
      <fieldset className="choices" disabled={active}>
        <legend className="visually-hidden">Device</legend>
        <label>
          <input
            type="radio"
            name="backend"
            checked={choice === 'auto'}
            disabled={active}
            onChange={() => choose('auto')}
          />
          <b>The best there is</b>
          <span className="small">WebGPU or WebGL on a real GPU, wasm otherwise.</span>
        </label>
        {device?.candidates.map((candidate) => (
          <label key={candidate.backend}>
            <input
              type="radio"
              name="backend"
              checked={choice === candidate.backend}
              disabled={active || !candidate.available}
              onChange={() => choose(candidate.backend)}
            />
            <b>{deviceText(candidate)}</b>
            <span className="small">{candidate.why}</span>
          </label>
        ))}
      </fieldset>
      <GpuKernels device={device} isReadOnly={active} />
      <RelaxedSimd device={device} isReadOnly={active} />
      <div className="actions">
        {active && <p className="small">Fixed while a run goes on.</p>}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface RelaxedSimdProps {
  readonly device: DeviceReport | null;
  readonly isReadOnly: boolean;
}

/** The recipe's choice between the same digits everywhere and a faster wasm. */
function RelaxedSimd({ device, isReadOnly }: RelaxedSimdProps): ReactElement | null {
  const studio = useStudio();
  const simd = useStudioState((state) => state.recipe?.simd);
  const isChecked = simd === 'relaxed';
  const isAsked = useLast(isChecked || null);
  if (simd === undefined) return null;
  const has = hasRelaxedSimd();
  const isFixed = isReadOnly || (!has && isAsked === null);
  return (
    <fieldset className="choices" disabled={isFixed}>
      <legend className="visually-hidden">SIMD</legend>
      <label>
        <input
          type="checkbox"
          checked={isChecked}
          disabled={isFixed}
          onChange={() => studio.edit((before) => ({ ...before, simd: isChecked ? 'plain' : 'relaxed' }))}
        />
        <b>Relaxed SIMD on wasm</b>
        <span className="small">{simdHelp(has, device)}</span>
      </label>
    </fieldset>
  );
}

function simdHelp(has: boolean, device: DeviceReport | null): string {
  if (!has)
    return 'This browser has none: a run that asks for it takes plain SIMD here, and its record says so.';
  const what =
    'Often faster, but the last digits of a run are then not the same on every machine. Part of the recipe, and in the run’s record.';
  return device === null || device.backend === 'wasm'
    ? what
    : `${what} On ${BACKEND_NAMES[device.backend]} it changes nothing.`;
}
