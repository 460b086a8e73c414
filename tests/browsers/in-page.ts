/**
 * What the tests know of the page while they are inside it. These functions go to the browser as text, so each names
 * nothing outside itself but what every page has.
 */

/** How an element is asked for: what it is, and what it is called. */
export interface Called {
  readonly role: 'button' | 'radio' | 'option' | 'region' | 'table' | 'dialog';
  /** All of its accessible name, or the source of a pattern that is in it. */
  readonly name: string | { readonly pattern: string };
}

/** The first element of that role and name that is seen; null while there is none. */
export function named({ role, name }: Called): HTMLElement | null {
  const tags = {
    button: 'button, summary',
    radio: 'input[type=radio]',
    option: 'option',
    region: 'section, [role=region]',
    table: 'table',
    dialog: 'dialog[open]',
  };
  const textOf = (element: Element | null | undefined): string => (element?.textContent ?? '').trim();
  const nameOf = (element: HTMLElement): string => {
    const labelledBy = element.getAttribute('aria-labelledby');
    if (labelledBy !== null) {
      const ids = labelledBy.split(' ');
      return ids.map((id) => textOf(document.getElementById(id))).join(' ');
    }
    const label = element instanceof HTMLInputElement ? element.labels?.[0] : null;
    const caption = element instanceof HTMLTableElement ? element.caption : null;
    return element.getAttribute('aria-label') ?? textOf(label ?? caption ?? element);
  };
  const isCalled = (element: HTMLElement): boolean =>
    typeof name === 'string' ? nameOf(element) === name : new RegExp(name.pattern, 'u').test(nameOf(element));
  const all = [...document.querySelectorAll<HTMLElement>(tags[role])];
  return all.find((element) => element.checkVisibility() && isCalled(element)) ?? null;
}

/** Resolves with what `look` finds, as soon as a change of the page lets it find something. */
export function until<Found>(
  look: () => Found | null | false,
  what: string,
  limitMs: number,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      observer.disconnect();
      clearTimeout(limit);
    };
    const check = (): void => {
      const found = look();
      if (found === null || found === false) return;
      end();
      resolve(found);
    };
    const observer = new MutationObserver(check);
    const limit = setTimeout(() => {
      end();
      reject(
        new Error(
          `${what} was not there after ${limitMs / 1000} s. The page says: ${document.body.innerText}`,
        ),
      );
    }, limitMs);
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    check();
  });
}

/** Notes errors and broken policies from now on, in the page's `said`. */
export function listen(): void {
  const said: string[] = [];
  Object.assign(window, { said });
  addEventListener('error', (event) => said.push(`thrown: ${event.message}`));
  addEventListener('unhandledrejection', (event) => said.push(`rejected: ${String(event.reason)}`));
  addEventListener('securitypolicyviolation', (event) =>
    said.push(`policy: ${event.violatedDirective} ${event.blockedURI}`),
  );
  const log = console.error;
  console.error = (...parts: unknown[]) => {
    said.push(`console: ${parts.map(String).join(' ')}`);
    log(...parts);
  };
}

/** A file as it goes into the page. */
export interface FileText {
  /** Below what was picked: `fruits/apples/1.jpg`; a name alone for a file that was picked by itself. */
  readonly path: string;
  readonly base64: string;
}

/**
 * Puts files into the page's file field, as picking them would: no driver can pick a folder. The field's own path is
 * the browser's to give, so here it is an own property, which a worker does not get: nor does Safari's worker get the
 * real one.
 */
export async function pick(files: readonly FileText[]): Promise<void> {
  const input = document.querySelector<HTMLInputElement>('dialog[open] input[type=file], input[type=file]');
  if (input === null) throw new Error('There is no field for files.');
  const transfer = new DataTransfer();
  for (const { path, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const file = new File([bytes], path.replace(/^.*\//u, ''), { lastModified: 1 });
    if (path.includes('/')) Object.defineProperty(file, 'webkitRelativePath', { value: path });
    transfer.items.add(file);
  }
  const paths = new Map(files.map(({ path }, index) => [index, path]));
  input.files = transfer.files;
  // The list may hold other objects for the same files.
  for (const [index, path] of paths) {
    const file = input.files[index];
    if (file !== undefined && path.includes('/'))
      Object.defineProperty(file, 'webkitRelativePath', { value: path });
  }
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
