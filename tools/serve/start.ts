/** `npm start`: builds the app if its sources changed, serves it, says where, and opens the browser. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build, isStale } from './build.ts';
import { serveApp } from './server.ts';

const DEFAULT_PORT = 5173;

const USAGE = `npm start -- [--port N] [--no-open]
  --port N    the first port to try (${DEFAULT_PORT})
  --no-open   do not open the browser`;

function options(): { port: number; open: boolean } {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, open: { type: 'boolean', default: true } },
      allowNegative: true,
    });
    const port = Number(values.port ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error(`${values.port ?? ''} is no port.`);
    return { port, open: values.open };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

/** Opens the address where there is a desktop to open it on; a machine without one is no failure. */
function openBrowser(url: string): void {
  const hasDesktop =
    process.platform !== 'linux' || [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].some(Boolean);
  if (!hasDesktop || process.env['CI'] !== undefined) return;
  const openers = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '', url] } as const;
  const [command, ...args] =
    process.platform === 'darwin' || process.platform === 'win32'
      ? openers[process.platform]
      : ['xdg-open', url];
  const opener = spawn(command, args, { stdio: 'ignore', detached: true });
  opener.on('error', (error) => console.log(`The browser could not be opened (${error.message}).`));
  opener.unref();
}

const { port, open } = options();
if (isStale()) {
  console.log('Building …');
  build();
}
const { url } = await serveApp(port);
console.log(`Mien is at ${url} (Ctrl-C to stop)`);
if (open) openBrowser(url);
