/** A column of the sentence: its heading, its clause, its contents. */
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './Icon.tsx';

interface ColumnProps {
  readonly id: string;
  readonly title: string;
  /** Its part of the sentence. */
  readonly clause: string;
  /** The last column has no arrow to the next. */
  readonly isLast?: boolean;
  /** A button beside the heading. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Column({ id, title, clause, isLast = false, action, children }: ColumnProps): ReactElement {
  const heading = `${id}-heading`;
  return (
    <section className="column" id={id} aria-labelledby={heading}>
      <header>
        <h2 id={heading}>
          {title} {!isLast && <Icon name="next" />}
        </h2>
        {action}
        <p className="clause">{clause}</p>
      </header>
      {children}
    </section>
  );
}
