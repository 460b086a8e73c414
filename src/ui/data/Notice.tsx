/** What must be said about sets of this kind and about what such models may not be used for; closed, always there. */
import type { ReactElement } from 'react';
import { useStudioState } from '../studio-context.ts';

export function Notice({ source }: { readonly source: string }): ReactElement {
  const notice = useStudioState(
    (state) => state.catalog?.sources.find((entry) => entry.name === source)?.notice ?? '',
  );
  return (
    <details className="note">
      <summary>An expression is not a feeling</summary>
      {notice !== '' && <p>{notice}</p>}
      <p>
        Labels are somebody’s guess, and faces belong to people. Inferring emotions of people at work or in
        schools is forbidden in the EU (AI Act, Article 5(1)(f)), save for medical and safety reasons. Mien
        teaches how such models are made and where they fail.
      </p>
    </details>
  );
}
