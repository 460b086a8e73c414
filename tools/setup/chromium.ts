/**
 * Owns finding a Chromium with WebGPU, or installing one: CHROMIUM_PATH, then what is on PATH, then Playwright's
 * full build (its headless shell has no WebGPU), then Debian's package.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { canInstall, install } from './apt.ts';
import type { System } from './system.ts';

/** What Playwright turns off by itself: of two flags that turn features off the last counts, so ours repeats them. */
const OFF_IN_PLAYWRIGHT = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding'],
  ...['ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'TcpPortRandomizationWin'],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
];
/** The list under the address bar, which no test types in: else each window loads it as two pages, for a second and more. */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/**
 * How tests start Chromium: a software adapter, so that every machine runs the same; no network but its own; and
 * nothing that talks home.
 */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-gpu-watchdog',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[...OFF_IN_PLAYWRIGHT, ...ADDRESS_BAR].join(',')}`,
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const ELSEWHERE: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
};

/** A place to look, done when its turn comes: the later ones download. */
interface Place {
  readonly name: string;
  look(): string | null;
}

/**
 * The path of a Chromium with WebGPU.
 * @param hasWebGpu - tries a candidate; {@link probeWebGpu} save in tests
 * @throws Error that says what was tried and what is missing
 */
export async function findChromium(
  system: System,
  hasWebGpu: (path: string) => Promise<boolean> = probeWebGpu,
): Promise<string> {
  const tried: string[] = [];
  for (const place of places(system)) {
    const path = place.look();
    if (path === null || !system.exists(path)) tried.push(`${place.name}: none`);
    else if (await hasWebGpu(path)) return path;
    else tried.push(`${place.name}: ${path} does not start or has no WebGPU`);
  }
  throw new Error(
    `No Chromium with WebGPU was found.\n  ${tried.join('\n  ')}\n` +
      'Install Chromium or Chrome 113 or newer, or set CHROMIUM_PATH to one.',
  );
}

function places(system: System): Place[] {
  const given = system.env['CHROMIUM_PATH'];
  // One that was named is the one to use: another in its place would test something else.
  if (given !== undefined && given !== '') return [{ name: 'CHROMIUM_PATH', look: () => given }];
  const playwright = chromium.executablePath();
  return [
    ...NAMES.map((name) => ({ name: `${name} on PATH`, look: () => system.which(name) })),
    ...(ELSEWHERE[system.platform] ?? []).map((path) => ({ name: 'installed', look: () => path })),
    { name: "Playwright's Chromium", look: () => playwright },
    { name: "Playwright's Chromium, downloaded", look: () => (download(system) ? playwright : null) },
    { name: "Debian's chromium package", look: () => (debian(system) ? system.which('chromium') : null) },
  ];
}

function download(system: System): boolean {
  system.say('No Chromium with WebGPU here: downloading one …');
  const cli = join(dirname(playwrightEntry()), 'cli.js');
  return system.run(process.execPath, [cli, 'install', 'chromium', '--no-shell'], 5 * 60_000);
}

// Not import.meta.resolve: Vitest, whose set-up calls this, has none.
const playwrightEntry = (): string => createRequire(import.meta.url).resolve('playwright-core');

function debian(system: System): boolean {
  if (!canInstall(system)) return false;
  system.say("Installing Debian's chromium …");
  return install(system, ['chromium']);
}

/** Starts a Chromium and asks it for a WebGPU adapter. */
export async function probeWebGpu(path: string): Promise<boolean> {
  try {
    const browser = await chromium.launch({
      executablePath: path,
      args: [...CHROMIUM_FLAGS],
      timeout: 60_000,
    });
    try {
      const page = await browser.newPage();
      // WebGPU is there in secure contexts only, and localhost is one.
      await page.route('**/*', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>probe</title>' }),
      );
      await page.goto('http://localhost/');
      return await page.evaluate(
        async () => 'gpu' in navigator && (await navigator.gpu.requestAdapter()) !== null,
      );
    } finally {
      await browser.close();
    }
  } catch (error) {
    console.warn(`${path} did not start: ${String(error).split('\n', 1)[0] ?? ''}`);
    return false;
  }
}
