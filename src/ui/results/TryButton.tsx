/** The button that opens a trained network to be tried; the screen behind it is loaded then. */
import { useState, type ReactElement, type ReactNode } from 'react';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import { Later } from '../widgets/Dialog.tsx';

const load = async () => (await import('../try/TryDialog.tsx')).TryDialog;

interface TryButtonProps {
  readonly run: KeptRun;
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

export function TryButton({ run, isDisabled = false, className, children }: TryButtonProps): ReactElement {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className={className} disabled={isDisabled} onClick={() => setIsOpen(true)}>
        {children}
      </button>
      {isOpen && <Later load={load} props={{ run, onClose: () => setIsOpen(false) }} />}
    </>
  );
}
