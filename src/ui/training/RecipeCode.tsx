/** The recipe for another screen: its address, and the same as a QR code that a camera reads. */
import { encode } from 'uqr';
import type { ReactElement } from 'react';
import { Dialog } from '../widgets/Dialog.tsx';

/** What the largest code (version 40) holds at its lowest level of correction, in bytes. */
const MOST_BYTES = 2953;

/** Modules of light around a code, which readers want. */
const BORDER = 4;

interface Code {
  /** Modules a side, with the border. */
  readonly size: number;
  /** The dark modules, as an SVG path of one unit each. */
  readonly path: string;
}

/** An address as a code; null where it is too long for one. */
export function codeOf(address: string): Code | null {
  if (new TextEncoder().encode(address).length > MOST_BYTES) return null;
  const { size, data } = encode(address, { ecc: 'L', border: BORDER });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
  return { size, path: dark.join('') };
}

export function RecipeCode({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { href, hostname } = location;
  const code = codeOf(href);
  return (
    <Dialog title="The recipe for another screen" onClose={onClose}>
      <p className="small">
        Whoever opens this address finds this recipe, and decides whether to train it. It holds no pictures.
      </p>
      {code === null ? (
        <p role="status">The address is too long for a code: copy it instead.</p>
      ) : (
        <svg
          className="code"
          viewBox={`0 0 ${code.size} ${code.size}`}
          role="img"
          aria-label="QR code of the address"
        >
          <rect width="100%" height="100%" fill="#fff" />
          <path d={code.path} fill="#000" shapeRendering="crispEdges" />
        </svg>
      )}
      {/^(localhost|127\.|\[::1\])/u.test(hostname) && (
        <p className="small">
          It is of this machine alone: open Mien from a server that others reach, and its code works for them.
        </p>
      )}
      <label>
        Address
        <textarea readOnly rows={3} value={href} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <div className="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
