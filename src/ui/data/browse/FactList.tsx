/** What is known of one picture, line by line. */
import type { ReactElement, ReactNode } from 'react';
import { formatBytes, formatCount } from '../../../lib/format.ts';
import type { AsideRow, DatasetSummary, PictureFacts, SplitName } from '../../../protocol/dataset.ts';
import type { Thumbnails } from '../../../store/thumbnails.ts';
import { copiesOf, placeOf } from './set-rows.ts';
import { ThumbStrip } from './ThumbStrip.tsx';

interface FactListProps {
  readonly dataset: DatasetSummary;
  readonly thumbnails: Thumbnails;
  readonly row: number;
  /** Null until they have come. */
  readonly facts: PictureFacts | null;
  readonly onOpen: (row: number) => void;
}

const partWords: Readonly<Record<SplitName, string>> = {
  train: 'train: the network learns from it',
  validation: 'validation: checks the network after each epoch',
  test: 'test: asked once, when training has ended',
};

const asideWords: Readonly<Record<AsideRow['why'], string>> = {
  withoutLabel: 'none: left out, it has no label',
  oddLabel: 'none: left out, its label is unlike the others',
  duplicate: 'none: left out as a copy of a file',
  nearDuplicate: 'none: left out as a near copy',
  smallClass: 'none: left out with its class, which has few pictures',
};

export function FactList({ dataset, thumbnails, row, facts, onOpen }: FactListProps): ReactElement {
  const { label, part, aside } = placeOf(dataset, row);
  const { exact, near } = copiesOf(dataset, row);
  const isRenamed = facts !== null && facts.rawLabel !== '' && facts.rawLabel !== label;
  const isInSet = row < dataset.labelOfRow.length;
  return (
    <dl className="browse-facts">
      <Fact name="Class">{label === '' ? 'none' : label}</Fact>
      {isRenamed && <Fact name="In the source">“{facts.rawLabel}”</Fact>}
      <Fact name="Part">{part === null ? asideWords[aside ?? 'withoutLabel'] : partWords[part]}</Fact>
      {isInSet && (
        <Fact name="Row">
          {formatCount(row)} of {formatCount(dataset.labelOfRow.length)}, from 0
        </Fact>
      )}
      <Fact name="Source row">{facts === null ? '\u00a0' : `${formatCount(facts.sourceRow)}, from 0`}</Fact>
      <Fact name="Stored as">{facts === null ? '\u00a0' : storedText(facts)}</Fact>
      {facts !== null && facts.path !== '' && (
        <Fact name="File">
          <code>{facts.path}</code>
        </Fact>
      )}
      {exact.length > 0 && (
        <Fact name="Same file">
          <ThumbStrip {...{ dataset, thumbnails, onOpen }} rows={exact} />
        </Fact>
      )}
      {near.length > 0 && (
        <Fact name="Looks the same">
          <ThumbStrip {...{ dataset, thumbnails, onOpen }} rows={near} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function storedText({ format, width, height, sizeBytes }: PictureFacts): string {
  return `${format.toUpperCase()}, ${formatCount(width)} × ${formatCount(height)} pixels, ${formatBytes(sizeBytes)}`;
}
