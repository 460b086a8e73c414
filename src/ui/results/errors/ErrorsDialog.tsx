/** What a network gets wrong, in numbers and in pictures, and what its being sure is worth. Loaded when it is opened. */
import { useMemo, useState, type ReactElement } from 'react';
import { classificationReport } from '../../../lib/figures/classification-report.ts';
import { formatPercent } from '../../../lib/format.ts';
import { surenessOf, topAccuracy } from '../../../lib/figures/sureness.ts';
import type { DatasetSummary, SplitName } from '../../../protocol/set/dataset.ts';
import type { Evaluation } from '../../../protocol/events.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import { TabsHead } from '../../data/browse/TabsHead.tsx';
import { useStudioState } from '../../studio-context.ts';
import { Dialog, Later } from '../../widgets/Dialog.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { saveBlob } from '../../widgets/save-file.ts';
import { Calibration } from './Calibration.tsx';
import { DoubtfulLabels } from './DoubtfulLabels.tsx';
import { ExtremePictures } from './ExtremePictures.tsx';
import './errors.css';

const loadMap = async () => (await import('../map/MapTab.tsx')).MapTab;

interface ErrorsDialogProps {
  readonly recipe: Recipe;
  /** As the network was trained and tested on it. */
  readonly dataset: DatasetSummary;
  /** Whether the set is open, so that its pictures can be shown. */
  readonly hasPictures: boolean;
  readonly evaluation: Evaluation;
  /** Which pictures these are, such as `test`. */
  readonly of: string;
  /** What the network that was kept says of a part, where that is known. */
  readonly known: Readonly<Partial<Record<SplitName, Evaluation>>>;
  /** Null while the run goes on. */
  readonly runId: string | null;
  readonly onClose: () => void;
}

type Tab = 'figures' | 'pictures' | 'doubtful' | 'map';

const tabs: readonly { readonly name: Tab; readonly label: string }[] = [
  { name: 'figures', label: 'Figures' },
  { name: 'pictures', label: 'Pictures' },
  { name: 'doubtful', label: 'Doubtful labels' },
  { name: 'map', label: 'Map' },
];

export function ErrorsDialog(props: ErrorsDialogProps): ReactElement {
  const { recipe, dataset, hasPictures, evaluation, of, known, runId, onClose } = props;
  const [tab, setTab] = useState<Tab>('figures');
  // What took its time to make stays while another tab is looked at.
  const [hasMap, setHasMap] = useState(false);
  const open = useStudioState((state) => state.dataset.value);
  const truths = useMemo(
    () => Array.from(evaluation.rows, (row) => dataset.labelOfRow[row] ?? 0),
    [evaluation.rows, dataset.labelOfRow],
  );
  return (
    <Dialog title={`Understand the errors: ${of}`} isWide onClose={onClose}>
      <TabsHead
        {...{ tabs, onClose }}
        chosen={tab}
        dataset={open}
        onChoose={(name) => {
          setTab(name);
          if (name === 'map') setHasMap(true);
        }}
      />
      <div className="errors">
        {tab === 'figures' && <Figures {...{ evaluation, truths }} />}
        {tab !== 'figures' && !hasPictures && <p className="small">The pictures of this run are not open.</p>}
        {tab === 'pictures' && hasPictures && <ExtremePictures {...{ evaluation, truths }} />}
        {tab === 'doubtful' && hasPictures && <DoubtfulLabels {...{ dataset, known, runId }} />}
        {hasMap && hasPictures && (
          <div className="errors-all" hidden={tab !== 'map'}>
            <Later load={loadMap} props={{ recipe, dataset, runId }} />
          </div>
        )}
      </div>
    </Dialog>
  );
}

interface FiguresProps {
  readonly evaluation: Evaluation;
  /** True class of each picture of the evaluation. */
  readonly truths: readonly number[];
}

function Figures({ evaluation, truths }: FiguresProps): ReactElement {
  const { probabilities, labels, perClass, accuracy } = evaluation;
  const sureness = useMemo(
    () => surenessOf(probabilities, truths, labels.length),
    [probabilities, truths, labels.length],
  );
  const report = classificationReport(perClass, accuracy);
  const save = (): void => saveBlob('report.txt', new Blob([report], { type: 'text/plain' }));
  return (
    <>
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
          likeliest for <b>{formatPercent(topAccuracy(probabilities, truths, labels.length, 2))}</b>. Of what
          it calls a class, <em>precision</em> is right; of a class, <em>recall</em> is found.
        </p>
      </section>
      <Calibration sureness={sureness} />
    </>
  );
}
