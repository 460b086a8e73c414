/** A text option whose values are known: a choice of them, and a field for another one. */
import { useId, useState, type ReactElement } from 'react';
import type { OptionSpec } from '../../protocol/catalog.ts';
import type { OfferedValue } from '../../protocol/source.ts';
import { TextSetting } from '../widgets/TextSetting.tsx';

interface OfferedFieldProps {
  readonly spec: Extract<OptionSpec, { kind: 'string' }>;
  readonly offers: readonly OfferedValue[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** No name of anything on a server begins so. */
const ANOTHER = ' another';

export function OfferedField({ spec, offers, value, onChange }: OfferedFieldProps): ReactElement {
  const id = useId();
  const isOffered = offers.some((offer) => offer.value === value);
  const [isTyping, setIsTyping] = useState(!isOffered);
  const choose = (chosen: string): void => {
    setIsTyping(chosen === ANOTHER);
    if (chosen !== ANOTHER) onChange(chosen);
  };
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{spec.label}</label>
        <select
          id={id}
          value={isTyping || !isOffered ? ANOTHER : value}
          aria-describedby={`${id}-help`}
          onChange={(event) => choose(event.target.value)}
        >
          {offers.map((offer) => (
            <option key={`${offer.value} ${offer.label}`} value={offer.value}>
              {offer.label}
            </option>
          ))}
          <option value={ANOTHER}>another name …</option>
        </select>
        <p id={`${id}-help`}>{spec.help}</p>
      </div>
      {(isTyping || !isOffered) && (
        <TextSetting
          label={`${spec.label}, another name`}
          help="As the set has it."
          value={value}
          isReadOnly={false}
          isNumeric={false}
          onCommit={(typed) => {
            onChange(typed);
            return null;
          }}
        />
      )}
    </>
  );
}
