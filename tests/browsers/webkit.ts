/**
 * WebKit, the engine of Safari, as Debian builds it: MiniBrowser on a screen that nobody sees, driven over HTTP. Its
 * store lasts as long as it runs: a browser that was closed cannot be opened again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { WebKitPaths } from '../../tools/setup/browsers.ts';
import type { RunningBrowser } from './browser.ts';
import { TIMEOUTS, WebDriverTabs, type Commands, type Wire } from './webdriver.ts';

/** Where each command goes below the session's address. */
const PATHS: Readonly<Record<keyof Commands, readonly [method: 'GET' | 'POST' | 'DELETE', path: string]>> = {
  NewSession: ['POST', '/session'],
  NewWindow: ['POST', '/window/new'],
  SwitchToWindow: ['POST', '/window'],
  GetWindowHandle: ['GET', '/window'],
  CloseWindow: ['DELETE', '/window'],
  Navigate: ['POST', '/url'],
  ExecuteAsyncScript: ['POST', '/execute/async'],
  ElementClick: ['POST', '/element/{id}/click'],
  TakeScreenshot: ['GET', '/screenshot'],
};

class Http implements Wire {
  constructor(readonly address: string) {}

  async call<Name extends keyof Commands>(name: Name, given: Commands[Name]): Promise<unknown> {
    const [method, path] = PATHS[name];
    const url = this.address + path.replace('{id}', 'id' in given ? given.id : '');
    const response = await fetch(url, method === 'POST' ? { method, body: JSON.stringify(given) } : { method });
    const { value } = (await response.json()) as { readonly value: unknown };
    if (!response.ok) throw new Error(`WebKit, ${name}: ${JSON.stringify(value)}`);
    return value;
  }
}

/**
 * Starts it with an empty profile of its own.
 *
 * @param sharesMemory whether isolated pages may share memory between threads, as in Safari. WebKit for Linux has the
 * means and keeps them from pages (https://bugs.webkit.org/show_bug.cgi?id=317847)
 */
export async function startWebKit(paths: WebKitPaths, sharesMemory: boolean): Promise<RunningBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-webkit-'));
  const downloads = join(folder, 'downloads');
  mkdirSync(downloads);
  writeFileSync(join(folder, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const flags = ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'];
  const screen = spawn(paths.xvfb, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
  const port = await freePort();
  const driver = spawn(paths.driver, [`--port=${port}`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${display.toString().trim()}`,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      // Root has no sandbox, and the pages are ours.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      ...(sharesMemory && { JSC_useSharedArrayBuffer: '1' }),
    },
  });
  const children = [driver, screen];
  process.on('exit', () => children.forEach((child) => child.kill()));
  const address = `http://127.0.0.1:${port}`;
  await answers(address);
  const { sessionId } = (await new Http(address).call('NewSession', {
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': { binary: paths.browser, args: ['--automation'] },
        timeouts: TIMEOUTS,
      },
    },
  })) as { readonly sessionId: string };
  const tabs = new WebDriverTabs(new Http(`${address}/session/${sessionId}`));
  return {
    downloads,
    newTab: () => tabs.open(),
    restart: null,
    close: async () => {
      await fetch(`${address}/session/${sessionId}`, { method: 'DELETE' });
      for (const child of children) {
        const gone = once(child, 'exit');
        child.kill();
        await gone;
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The driver says nowhere that it listens: it is asked until it answers. */
async function answers(address: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    try {
      await fetch(`${address}/status`);
      return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await setTimeout(10);
    }
  }
  throw new Error(`WebKitWebDriver does not answer at ${address}.`);
}
