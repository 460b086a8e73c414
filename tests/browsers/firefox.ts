/**
 * Firefox without a window, driven by Marionette: numbered messages over a socket, each a length, a colon and JSON.
 * WebDriver BiDi is not used: while a session listens to workers, as its libraries do, Firefox 153 hangs when a worker
 * starts workers, as the threads of wasm are.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningBrowser } from './browser.ts';
import { TIMEOUTS, WebDriverTabs, type Commands, type Wire } from './webdriver.ts';

/** Whatever is not on this machine is sent to where nobody listens: nothing talks home. */
const OFFLINE = {
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
};

/** `[1, number, error, value]`. */
type Answer = readonly [1, number, { readonly error: string; readonly message: string } | null, unknown];

class Marionette implements Wire {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #unread = Buffer.alloc(0);
  #sent = 0;

  constructor(readonly socket: Socket) {
    socket.on('data', (data) => {
      this.#unread = Buffer.concat([this.#unread, data]);
      this.#read();
    });
  }

  async call<Name extends keyof Commands>(name: Name, given: Commands[Name]): Promise<unknown> {
    return this.send(
      `WebDriver:${name}`,
      name === 'ExecuteAsyncScript' ? { ...given, sandbox: null } : given,
    );
  }

  async send(command: string, given: object): Promise<unknown> {
    const number = ++this.#sent;
    const message = Buffer.from(JSON.stringify([0, number, command, given]));
    const [, , error, value] = await new Promise<Answer>((resolve) => {
      this.#waiting.set(number, resolve);
      this.socket.write(Buffer.concat([Buffer.from(`${message.length}:`), message]));
    });
    if (error !== null) throw new Error(`Firefox, ${command}: ${error.error}: ${error.message}`);
    // Values that are no objects come in one.
    return value !== null && typeof value === 'object' && 'value' in value ? value.value : value;
  }

  #read(): void {
    for (;;) {
      const colon = this.#unread.indexOf(':');
      const end = colon + 1 + Number(this.#unread.subarray(0, Math.max(colon, 0)).toString());
      if (colon === -1 || this.#unread.length < end) return;
      const message = JSON.parse(this.#unread.subarray(colon + 1, end).toString()) as Answer | object;
      this.#unread = this.#unread.subarray(end);
      // It greets with an object.
      if (Array.isArray(message)) this.#waiting.get(message[1] as number)?.(message as unknown as Answer);
    }
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly marionette: Marionette;
  readonly tabs: WebDriverTabs;
}

/** Starts it with an empty profile of its own. */
export async function startFirefox(path: string): Promise<RunningBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'mien-firefox-'));
  const [downloads, profile] = [join(folder, 'downloads'), join(folder, 'profile')];
  for (const made of [downloads, profile]) mkdirSync(made);
  const settings = {
    // The first that is free.
    'marionette.port': 0,
    'browser.download.folderList': 2,
    'browser.download.dir': downloads,
    ...OFFLINE,
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  let started = await start(path, profile);
  process.on('exit', () => started.child.kill());
  const quit = async (): Promise<void> => {
    const gone = once(started.child, 'exit');
    await started.marionette.send('Marionette:Quit', { flags: ['eAttemptQuit'] });
    await gone;
  };
  return {
    downloads,
    newTab: () => started.tabs.open(),
    restart: async () => {
      await quit();
      started = await start(path, profile);
    },
    close: async () => {
      await quit();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function start(path: string, profile: string): Promise<Started> {
  const flags = ['--headless', '--no-remote', '--marionette', '--profile', profile];
  const child = spawn(path, [...flags, 'about:blank'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const socket = connect(await portOf(child), '127.0.0.1');
  await once(socket, 'connect');
  const marionette = new Marionette(socket);
  await marionette.send('WebDriver:NewSession', { timeouts: TIMEOUTS });
  return { child, marionette, tabs: new WebDriverTabs(marionette) };
}

/** Where it listens, which it says in its log. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        said += data.toString();
        const port = /Listening on port (\d+)/u.exec(said)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`Firefox ended at once: ${said}`)));
  });
}
