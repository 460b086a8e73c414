/**
 * WebKit, the engine of Safari, as Debian builds it: MiniBrowser on a screen that nobody sees, driven over HTTP. Its
 * store lasts as long as it runs: a browser that was closed cannot be opened again.
 */
import { spawn, type ChildProcess } from 'node:child_process';
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
  NewWindow: ['POST', '/window/new'],
  SwitchToWindow: ['POST', '/window'],
  GetWindowHandle: ['GET', '/window'],
  CloseWindow: ['DELETE', '/window'],
  Navigate: ['POST', '/url'],
  ExecuteAsyncScript: ['POST', '/execute/async'],
  ElementClick: ['POST', '/element/{id}/click'],
  TakeScreenshot: ['GET', '/screenshot'],
};

/** Sends a command. @returns the value of the answer */
async function ask(method: 'GET' | 'POST' | 'DELETE', address: string, given: object): Promise<unknown> {
  const init = method === 'POST' ? { method, body: JSON.stringify(given) } : { method };
  const response = await fetch(address, init);
  const { value } = (await response.json()) as { readonly value: unknown };
  if (!response.ok) throw new Error(`WebKit, ${method} ${address}: ${JSON.stringify(value)}`);
  return value;
}

const wireTo = (session: string): Wire => ({
  call: (name, given) => {
    const [method, path] = PATHS[name];
    return ask(method, session + path.replace('{id}', 'id' in given ? given.id : ''), given);
  },
});

/**
 * What Safari gives its pages and WebKit for Linux has but keeps from them: threads that share memory
 * (https://bugs.webkit.org/show_bug.cgi?id=317847), and WebGL in workers.
 */
const AS_SAFARI = { env: { JSC_useSharedArrayBuffer: '1' }, flags: ['--features=+AllowWebGLInWorkers'] };
const AS_IT_IS = { env: {}, flags: [] };

/** Starts it with an empty profile of its own. */
export async function startWebKit(
  paths: WebKitPaths,
  how: 'as Safari' | 'as it is',
): Promise<RunningBrowser> {
  const { env, flags } = how === 'as Safari' ? AS_SAFARI : AS_IT_IS;
  const folder = mkdtempSync(join(tmpdir(), 'mien-webkit-'));
  const downloads = join(folder, 'downloads');
  mkdirSync(downloads);
  writeFileSync(join(folder, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const screen = await startScreen(paths.xvfb);
  const driver = await startDriver(paths.driver, {
    DISPLAY: screen.display,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    // Root has no sandbox, and the pages are ours.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    ...env,
  });
  process.on('exit', () => [driver, screen].forEach(({ child }) => child.kill()));
  const options = { binary: paths.browser, args: ['--automation', ...flags] };
  const { sessionId } = (await ask('POST', `${driver.address}/session`, {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options, timeouts: TIMEOUTS } },
  })) as { readonly sessionId: string };
  const session = `${driver.address}/session/${sessionId}`;
  const tabs = new WebDriverTabs(wireTo(session));
  return {
    downloads,
    newTab: () => tabs.open(),
    restart: null,
    close: async () => {
      await ask('DELETE', session, {});
      for (const { child } of [driver, screen]) {
        const gone = once(child, 'exit');
        child.kill();
        await gone;
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Screen {
  readonly child: ChildProcess;
  readonly display: string;
}

async function startScreen(path: string): Promise<Screen> {
  const flags = ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'];
  const child = spawn(path, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = (await once(child.stdio[3] as Readable, 'data')) as [Buffer];
  return { child, display: `:${number.toString().trim()}` };
}

interface WebDriver {
  readonly child: ChildProcess;
  readonly address: string;
}

async function startDriver(path: string, env: Readonly<Record<string, string>>): Promise<WebDriver> {
  const port = await freePort();
  const child = spawn(path, [`--port=${port}`], { stdio: 'ignore', env: { ...process.env, ...env } });
  const address = `http://127.0.0.1:${port}`;
  await answers(address);
  return { child, address };
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
