/**
 * Tabs by the commands of the W3C's WebDriver. WebKit takes them over HTTP; Firefox takes the same ones by name over a
 * socket (Marionette, which its geckodriver speaks too).
 */
import type { Driver } from './tab.ts';

/** The commands that tests use, by Marionette's names, with what each is given. */
export interface Commands {
  readonly NewWindow: { readonly type: 'window' };
  readonly SwitchToWindow: { readonly handle: string };
  readonly GetWindowHandle: object;
  readonly CloseWindow: object;
  readonly Navigate: { readonly url: string };
  readonly ExecuteAsyncScript: { readonly script: string; readonly args: readonly [] };
  readonly ElementClick: { readonly id: string };
  readonly TakeScreenshot: object;
}

/** Carries commands to one session. */
export interface Wire {
  /** @returns the value of the answer */
  call<Name extends keyof Commands>(name: Name, given: Commands[Name]): Promise<unknown>;
}

/** How long scripts may take: waits in the page are longer than WebDriver's own patience. */
export const TIMEOUTS = { script: 240_000 };

/** How WebDriver writes a reference to an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** A session's tabs; commands go to one of them at a time. The one it began with stays: without any it would end. */
export class WebDriverTabs {
  /** The tab that commands go to; empty when it was closed. */
  #current = '';
  #home: string | null = null;

  constructor(readonly wire: Wire) {}

  async open(): Promise<WebDriverTab> {
    this.#home ??= (await this.wire.call('GetWindowHandle', {})) as string;
    // A new tab opens beside one that is still there.
    await this.#turnTo(this.#home);
    const { handle } = (await this.wire.call('NewWindow', { type: 'window' })) as { readonly handle: string };
    return new WebDriverTab(this, handle);
  }

  async call<Name extends keyof Commands>(tab: string, name: Name, given: Commands[Name]): Promise<unknown> {
    await this.#turnTo(tab);
    const value = await this.wire.call(name, given);
    if (name === 'CloseWindow') this.#current = '';
    return value;
  }

  async #turnTo(handle: string): Promise<void> {
    if (this.#current !== handle) await this.wire.call('SwitchToWindow', { handle });
    this.#current = handle;
  }
}

export class WebDriverTab implements Driver {
  constructor(
    readonly tabs: WebDriverTabs,
    readonly handle: string,
  ) {}

  async goto(url: string): Promise<void> {
    await this.tabs.call(this.handle, 'Navigate', { url });
  }

  async evaluate(expression: string): Promise<unknown> {
    // The drivers' own answers to an error lose its stack.
    const script = `const end = arguments[0]; Promise.resolve().then(() => ${expression})
      .then((value) => end({ value }), (error) => end({ error: error + '\\n' + error.stack }));`;
    const outcome = await this.tabs.call(this.handle, 'ExecuteAsyncScript', { script, args: [] });
    const { value, error } = outcome as { value?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async click(expression: string): Promise<void> {
    const element = (await this.evaluate(expression)) as Record<string, string>;
    await this.tabs.call(this.handle, 'ElementClick', { id: element[ELEMENT] ?? '' });
  }

  async screenshot(): Promise<Uint8Array> {
    return Buffer.from((await this.tabs.call(this.handle, 'TakeScreenshot', {})) as string, 'base64');
  }

  async close(): Promise<void> {
    await this.tabs.call(this.handle, 'CloseWindow', {});
  }
}
