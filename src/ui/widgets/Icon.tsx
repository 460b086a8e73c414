/** The few signs of the page; each stands beside a word. */
import type { ReactElement } from 'react';

const paths = {
  play: 'M4.5 2.8v10.4L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  stop: 'M3.5 3.5h9v9h-9z',
  ok: 'M3 8.5l3.3 3.3L13 4.8',
  warn: 'M8 2.3L14.5 13.5h-13zM8 6.5v3.3M8 11.7v.01',
  camera: 'M1.8 5h2.9l1.1-1.8h4.4L11.3 5h2.9v8H1.8zM8 11.2a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z',
  download: 'M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10',
} as const;

const filled: ReadonlySet<string> = new Set(['play', 'pause', 'stop']);

/** A sign; hidden from screen readers, which have the word. */
export function Icon({ name }: { readonly name: keyof typeof paths }): ReactElement {
  return (
    <svg className={filled.has(name) ? 'icon filled' : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** Half dark, half light: the one sign without a word. */
export function ThemeIcon(): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
    </svg>
  );
}

/** The mark: a face that is not sure what it shows. */
export function Mark(): ReactElement {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="none" strokeLinecap="round">
      <circle cx="16" cy="16" r="14.5" stroke="var(--ink)" strokeWidth="2" />
      <path d="M11.5 12.3v.01M20.5 12.3v.01" stroke="var(--ink)" strokeWidth="3.4" />
      <path d="M8.5 17.5C10.5 23.5 17 24 23.5 22.6" stroke="var(--accent)" strokeWidth="2.6" />
    </svg>
  );
}
