/** Which pictures of the set are listed: of which class, of which part. */
import type { ReactElement } from 'react';
import { formatCount } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/dataset.ts';
import { countByClass, PARTS } from '../../../store/set-rows.ts';
import type { Filter } from '../../../store/set-rows.ts';

interface FiltersProps {
  readonly dataset: DatasetSummary;
  readonly filter: Filter;
  /** How many pictures are listed. */
  readonly count: number;
  readonly onChange: (filter: Filter) => void;
}

export function Filters({ dataset, filter, count, onChange }: FiltersProps): ReactElement {
  const counts = countByClass(dataset);
  const inPart = (index: number): number => {
    const ofClass = counts[index] ?? { train: 0, validation: 0, test: 0 };
    return filter.part === null ? ofClass.train + ofClass.validation + ofClass.test : ofClass[filter.part];
  };
  return (
    <div className="browse-filters">
      <label>
        <span>Class</span>
        <select
          value={filter.label ?? 'all'}
          onChange={({ target: { value } }) =>
            onChange({ ...filter, label: value === 'all' ? null : Number(value) })
          }
        >
          <option value="all">all classes</option>
          {dataset.labels.map((label, index) => (
            <option key={label} value={index}>
              {label} ({formatCount(inPart(index))})
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Part</span>
        <select
          value={filter.part ?? 'all'}
          onChange={({ target: { value } }) =>
            onChange({ ...filter, part: PARTS.find((part) => part === value) ?? null })
          }
        >
          <option value="all">all parts</option>
          {PARTS.map((part) => (
            <option key={part} value={part}>
              {part} ({formatCount(dataset.split[part].length)})
            </option>
          ))}
        </select>
      </label>
      <p className="small" role="status">
        {formatCount(count)} {count === 1 ? 'picture' : 'pictures'}
      </p>
    </div>
  );
}
