/** Under the bar: why there is no device to train on, or why a run failed by it, with the list to choose another from. */
import { useState, type ReactElement } from 'react';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';
import { Message } from '../widgets/Message.tsx';
import { loadDeviceDialog } from './DeviceButton.tsx';

const loadFailure = async () => (await import('../training/RunFailure.tsx')).RunFailure;
const AT_BAR = { at: 'bar' } as const;

/** Nothing while the device works. */
export function DeviceTrouble(): ReactElement {
  const studio = useStudio();
  const [isOpen, setIsOpen] = useState(false);
  const { value, error } = useStudioState((state) => state.device);
  const choice = useStudioState((state) => state.backendChoice);
  const hasFailed = useStudioState(({ run }) => run.kind === 'failed');
  return (
    <div className="device-trouble">
      {hasFailed && <Later load={loadFailure} props={AT_BAR} />}
      {error !== null && (
        <Message error={error}>
          <button type="button" onClick={() => setIsOpen(true)}>
            Choose another device
          </button>
          <button type="button" onClick={() => void studio.chooseBackend(choice)}>
            Try again
          </button>
        </Message>
      )}
      {isOpen && <Later load={loadDeviceDialog} props={{ device: value, onClose: () => setIsOpen(false) }} />}
    </div>
  );
}
