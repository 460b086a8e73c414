/** The pictures in which no face was found, where they were to be cut to faces, and what becomes of them. */
import type { ReactElement } from 'react';
import { formatCount } from '../../../lib/format.ts';
import type { Findings } from '../../../protocol/set/dataset.ts';
import { WithoutFaceChoice } from '../FaceCrop.tsx';
import { ThumbStrip } from '../pictures.tsx';
import type { ReportProps } from './Findings.tsx';

interface WithoutFaceProps extends ReportProps {
  readonly findings: Findings;
}

/** Nothing where no faces were looked for. */
export function WithoutFace(props: WithoutFaceProps): ReactElement | null {
  const { recipe, dataset, thumbnails, findings, onOpen } = props;
  const rows = findings.withoutFace;
  if (rows === null) return null;
  return (
    <section>
      <h3>Pictures without a face</h3>
      {rows.length === 0 ? (
        <p className="small">None: each picture is cut to the largest face in it.</p>
      ) : (
        <>
          <p className="small">
            {formatCount(rows.length)}, each {findings.dropped.withoutFace > 0 ? 'left out' : 'taken whole'}.
            Faces that are small, turned away or covered are missed.
          </p>
          <ThumbStrip {...{ dataset, thumbnails }} rows={rows} onOpen={(row) => onOpen(row, rows)} />
        </>
      )}
      {(rows.length > 0 || recipe.image.withoutFace !== 'whole') && <WithoutFaceChoice recipe={recipe} />}
    </section>
  );
}
