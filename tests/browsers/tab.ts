/**
 * A tab of any browser, and what a user does in it. Each browser's driver gives four things (`Driver`); all else is
 * done in the page, so that one list of tests runs everywhere.
 */
import type { JobMessage, ThreadMessage } from '../../src/data/pool/prepare.ts';
import * as inPage from './in-page.ts';
import type { Called, FileText } from './in-page.ts';

/** What a driver can do in one tab. */
export interface Driver {
  /** Opens an address and waits until it has loaded. */
  goto(address: string): Promise<void>;
  /** The value of an expression in the page, once it has settled; it crosses as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Clicks, as a user does, the element that the expression ends in. */
  click(expression: string): Promise<void>;
  /** What is seen, as PNG. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What is in reach of code that tests send into the page. */
type InPage = Pick<typeof inPage, 'named' | 'until'>;

const IN_PAGE = `({ named: ${inPage.named.toString()}, until: ${inPage.until.toString()} })`;

/** How long a page may take for one thing before its test gives up. */
const LIMIT_MS = 120_000;

/** Source of a call in the page. */
const callOf = (code: (...given: never[]) => unknown, ...given: readonly unknown[]): string =>
  `(${code.toString()})(${[IN_PAGE, ...given.map((one) => JSON.stringify(one))].join(', ')})`;

export class Tab {
  constructor(
    readonly driver: Driver,
    readonly base: string,
  ) {}

  /** Opens the app. @param path query and fragment */
  async open(path: string): Promise<void> {
    await this.driver.goto(new URL(path, this.base).href);
    await this.driver.evaluate(`(${inPage.listen.toString()})()`);
  }

  /** Runs code in the page. It may name nothing from around it: what it needs is given to it. */
  async evaluate<Given extends readonly unknown[], Value>(
    code: (page: InPage, ...given: Given) => Value | Promise<Value>,
    ...given: Given
  ): Promise<Value> {
    return (await this.driver.evaluate(callOf(code, ...given))) as Value;
  }

  /** Waits for a button and the like that can be used, and clicks it. */
  async press(role: Called['role'], name: Called['name'], limitMs = LIMIT_MS): Promise<void> {
    const asked: Called = { role, name };
    await this.driver.click(
      callOf(
        async ({ named, until }: InPage, called: Called, limit: number) =>
          until(
            () => {
              const found = named(called);
              return found === null || found.matches(':disabled') ? null : found;
            },
            `${called.role} ${JSON.stringify(called.name)}`,
            limit,
          ),
        asked,
        limitMs,
      ),
    );
  }

  /** Waits until the page says something that matches; a group of the pattern, or all that matched. */
  says(pattern: RegExp, where = 'body', limitMs = LIMIT_MS): Promise<string> {
    return this.evaluate(
      ({ until }, source, selector, limit) =>
        until(
          () => {
            const texts = [...document.querySelectorAll<HTMLElement>(selector)].map(({ innerText }) =>
              new RegExp(source, 'u').exec(innerText),
            );
            const found = texts.find((match) => match !== null);
            return found == null ? null : (found[1] ?? found[0]);
          },
          `${selector} that says ${source}`,
          limit,
        ),
      pattern.source,
      where,
      limitMs,
    );
  }

  /** Waits until there is something that a selector of CSS finds. */
  async sees(selector: string, limitMs = LIMIT_MS): Promise<void> {
    await this.evaluate(
      async ({ until }, css, limit) => {
        await until(() => document.querySelector(css) !== null, css, limit);
      },
      selector,
      limitMs,
    );
  }

  /** Puts files into the field for files that is shown. */
  async pick(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Promise<void> {
    const texts: FileText[] = files.map(({ path, bytes }) => ({
      path,
      base64: Buffer.from(bytes).toString('base64'),
    }));
    await this.driver.evaluate(`(${inPage.pick.toString()})(${JSON.stringify(texts)})`);
  }

  /** What the app's own picture worker makes of pictures, given as base64: RGB, `[size, size, 3]`. */
  preparedPictures(
    script: string,
    pictures: readonly { readonly data: string }[],
    size: number,
  ): Promise<readonly number[][]> {
    return this.evaluate(
      (_page, url, texts, side) =>
        new Promise<number[][]>((resolve, reject) => {
          const worker = new Worker(url, { type: 'module' });
          const made: number[][] = [];
          let left = texts.length;
          worker.addEventListener('message', ({ data }: MessageEvent<ThreadMessage>) => {
            if (data.kind === 'ready') return;
            if (data.kind === 'failed') reject(new Error(data.error.message));
            else made[data.id] = [...data.prepared.picture];
            left -= 1;
            if (left === 0) resolve(made);
          });
          for (const [id, text] of texts.entries()) {
            const encoded = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
            worker.postMessage({
              id,
              encoded,
              size: side,
              resize: 'lanczos',
              orientation: 'stored',
              frame: 'whole',
            } satisfies JobMessage);
          }
        }),
      script,
      pictures.map(({ data }) => data),
      size,
    );
  }

  /** What went wrong in the page since it was opened or this was asked. */
  takeProblems(): Promise<readonly string[]> {
    return this.evaluate(() => {
      const { said } = window as unknown as { said: string[] };
      return said.splice(0);
    });
  }

  close(): Promise<void> {
    return this.driver.close();
  }
}
