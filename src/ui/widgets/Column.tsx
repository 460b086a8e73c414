/** A column of the sentence: its heading, its clause, its contents. */
import type { ReactElement, ReactNode } from 'react';

interface ColumnProps {
  readonly id: string;
  readonly title: string;
  /** Its part of the sentence. */
  readonly clause: string;
  /** A button beside the heading. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Column({ id, title, clause, action, children }: ColumnProps): ReactElement {
  const heading = `${id}-heading`;
  return (
    <section className="column" id={id} aria-labelledby={heading}>
      <header>
        <h2 id={heading} tabIndex={-1}>
          {title}
        </h2>
        {action}
        <p className="clause">{clause}</p>
      </header>
      {children}
    </section>
  );
}
