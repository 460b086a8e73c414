/** Every candidate for a device with why, and the override. Loaded when it is opened. */
import type { ReactElement } from 'react';
import { deviceText, type BackendChoice, type DeviceReport } from '../../protocol/device.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';

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
      <div className="actions">
        {active && <p className="small">Fixed while a run goes on.</p>}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
