/** Where a set on a server comes from, and whether its card says what it may be used for. */
import type { ReactElement } from 'react';
import type { Provenance as From } from '../../protocol/source.ts';

export function Provenance({ from }: { readonly from: From }): ReactElement {
  const { revision, commit, licence, page } = from;
  const version = commit === null || revision === commit ? revision : `${revision} (${commit.slice(0, 7)})`;
  return (
    <p className="small provenance">
      {version} · {licenceText(licence)} ·{' '}
      <a href={page} target="_blank" rel="noreferrer">
        its card
      </a>
    </p>
  );
}

function licenceText(licence: string | null | undefined): string {
  if (licence === undefined) return 'licence not known';
  return licence === null ? 'its card states no licence: ask before you share them' : `licence ${licence}`;
}
