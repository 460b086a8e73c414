/** The cleaning report: what was left out, what is there more than once, which classes are small, and what to do. */
import type { ReactElement } from 'react';
import { countOf, formatCount } from '../../../lib/format.ts';
import type { CleaningReport, EditsReport, Findings } from '../../../protocol/set/dataset.ts';
import { useStudioState } from '../../studio-context.ts';
import { Message } from '../../widgets/Message.tsx';
import { editsText } from '../../../protocol/set/cleaning-words.ts';
import { Choice, Copies, LeftOut, Remarks, type ReportProps, SmallClasses } from './Findings.tsx';
import { WithoutFace } from './WithoutFace.tsx';

const nothing: Findings = {
  leftOut: [],
  aside: [],
  duplicates: [],
  nearDuplicates: [],
  setsAcrossSplits: 0,
  groupsAcrossSplits: 0,
  withoutFace: null,
  smallClasses: [],
  dropped: { withoutFace: 0, duplicates: 0, nearDuplicates: 0, smallClasses: 0 },
};

export function Report(props: ReportProps): ReactElement {
  const { dataset } = props;
  const findings = dataset.findings ?? nothing;
  const status = useStudioState((state) => state.dataset.status);
  const error = useStudioState((state) => state.dataset.error);
  // A choice is offered where there is something to choose about, or one has been made.
  const isOpen = (name: string, sets: readonly unknown[]): boolean =>
    sets.length > 0 || (props.recipe.dataset[name] ?? 'keep') !== 'keep';
  return (
    <div className="browse-report">
      <p role="status">
        {status === 'loading' ? 'Opening the set anew …' : keptText(dataset.cleaning, findings)}
      </p>
      {error !== null && <Message error={error} kept="The set before it is still open." />}
      {dataset.edits !== undefined && <EditsFound edits={dataset.edits} />}
      <Remarks dataset={dataset} />
      <LeftOut {...props} findings={findings} />
      <WithoutFace {...props} findings={findings} />
      <section>
        <h3>The same file more than once</h3>
        <Copies
          {...props}
          sets={findings.duplicates}
          none="No file is there twice."
          dropped={findings.dropped.duplicates}
        />
        {isOpen('duplicates', findings.duplicates) && <Choice {...props} name="duplicates" />}
      </section>
      <section>
        <h3>Pictures that look the same</h3>
        <Copies
          {...props}
          sets={findings.nearDuplicates}
          none="No two pictures look the same."
          dropped={findings.dropped.nearDuplicates}
        />
        {isOpen('nearDuplicates', findings.nearDuplicates) && <Choice {...props} name="nearDuplicates" />}
      </section>
      <SmallClasses {...props} findings={findings} />
    </div>
  );
}

function keptText({ passedOver, rowsRead, kept }: CleaningReport, { dropped }: Findings): string {
  const { withoutFace, duplicates, nearDuplicates, smallClasses } = dropped;
  const chosen = withoutFace + duplicates + nearDuplicates + smallClasses;
  const used = kept - chosen;
  const files = passedOver.reduce((sum, { count }) => sum + count, 0);
  const beside =
    files === 0 ? '' : ` ${countOf(files, 'other file or part is', 'other files or parts are')} passed over.`;
  if (used === rowsRead) return `All ${countOf(rowsRead, 'row is', 'rows are')} used.${beside}`;
  const byChoice = chosen === 0 ? '' : `, ${formatCount(chosen)} by the choices below`;
  return `Of ${formatCount(rowsRead)} rows ${countIs(used)} used; ${countIs(rowsRead - used)} left out${byChoice}.${beside}`;
}

const countIs = (count: number): string => `${formatCount(count)} ${count === 1 ? 'is' : 'are'}`;

function EditsFound({ edits }: { readonly edits: EditsReport }): ReactElement {
  return (
    <section>
      <h3>What you changed</h3>
      <p className="small">{editsText(edits)}</p>
    </section>
  );
}
