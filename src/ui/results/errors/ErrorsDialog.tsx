/** What a network gets wrong, in numbers and in pictures, and what its being sure is worth. Loaded when it is opened. */
import { useMemo, type ReactElement } from 'react';
import { classificationReport } from '../../../lib/figures/classification-report.ts';
import { formatPercent } from '../../../lib/format.ts';
import { surenessOf, topAccuracy } from '../../../lib/figures/sureness.ts';
import type { DatasetSummary } from '../../../protocol/dataset.ts';
import type { Evaluation } from '../../../protocol/events.ts';
import { Dialog } from '../../widgets/Dialog.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { saveBlob } from '../../widgets/save-file.ts';
import { Calibration } from './Calibration.tsx';
import { ExtremePictures } from './ExtremePictures.tsx';
import './errors.css';

interface ErrorsDialogProps {
  readonly dataset: DatasetSummary;
  /** Whether the set is open, so that its pictures can be shown. */
  readonly hasPictures: boolean;
  readonly evaluation: Evaluation;
  /** Which pictures these are, such as `test`. */
  readonly of: string;
  readonly onClose: () => void;
}

export function ErrorsDialog(props: ErrorsDialogProps): ReactElement {
  const { dataset, hasPictures, evaluation, of, onClose } = props;
  const { rows, probabilities, labels, perClass, accuracy } = evaluation;
  const truths = useMemo(
    () => Array.from(rows, (row) => dataset.labelOfRow[row] ?? 0),
    [rows, dataset.labelOfRow],
  );
  const sureness = useMemo(
    () => surenessOf(probabilities, truths, labels.length),
    [probabilities, truths, labels.length],
  );
  const report = classificationReport(perClass, accuracy);
  const save = (): void => saveBlob('report.txt', new Blob([report], { type: 'text/plain' }));
  return (
    <Dialog title={`Understand the errors: ${of}`} isWide onClose={onClose}>
      <button type="button" className="errors-close" onClick={onClose}>
        Close
      </button>
      <div className="errors">
        <section aria-labelledby="errors-report">
          <div className="row">
            <h3 id="errors-report">Class by class</h3>
            <button type="button" className="link small" onClick={save}>
              <Icon name="download" />
              report.txt
            </button>
          </div>
          <pre tabIndex={0} aria-label="Classification report">
            {report}
          </pre>
          <p className="small">
            The true class is the likeliest for {formatPercent(accuracy)} of the pictures, and among the two
            likeliest for <b>{formatPercent(topAccuracy(probabilities, truths, labels.length, 2))}</b>. Of
            what it calls a class, <em>precision</em> is right; of a class, <em>recall</em> is found.
          </p>
        </section>
        <Calibration sureness={sureness} />
        {hasPictures ? (
          <ExtremePictures {...{ evaluation, truths }} />
        ) : (
          <p className="small">The pictures of this run are not open.</p>
        )}
      </div>
    </Dialog>
  );
}
