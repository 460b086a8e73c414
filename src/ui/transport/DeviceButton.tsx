/** The device line: what it runs on; opens every candidate with why, and the override. */
import { useState, type ReactElement } from 'react';
import { deviceText, type BackendChoice, type DeviceReport } from '../../protocol/device.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Dialog } from '../widgets/Dialog.tsx';

export function DeviceButton(): ReactElement {
  const [isOpen, setIsOpen] = useState(false);
  const { value: device, status } = useStudioState((state) => state.device);
  const isRunning = useStudioState((state) => state.run.kind === 'running');
  const label = device?.label ?? (status === 'failed' ? 'No device' : 'Looking for a device');
  return (
    <>
      <button type="button" className="quiet device" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        <i className={device === null ? 'dot still' : isRunning ? 'dot live' : 'dot'} />
        <span>
          <span className="visually-hidden">Runs on </span>
          {label}
        </span>
      </button>
      {isOpen && <DeviceDialog device={device} onClose={() => setIsOpen(false)} />}
    </>
  );
}

interface DeviceDialogProps {
  readonly device: DeviceReport | null;
  readonly onClose: () => void;
}

/** Every candidate with why, and the override. */
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
