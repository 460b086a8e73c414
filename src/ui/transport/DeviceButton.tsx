/** The device line: what it runs on; opens every candidate with why, and the override. */
import { useState, type ReactElement } from 'react';
import { useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';

export const loadDeviceDialog = async () => (await import('./DeviceDialog.tsx')).DeviceDialog;

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
      {isOpen && <Later load={loadDeviceDialog} props={{ device, onClose: () => setIsOpen(false) }} />}
    </>
  );
}
