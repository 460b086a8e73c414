/**
 * Owns finding the browsers that tests run in beside Chromium, or installing them: Firefox, and WebKit, the engine of
 * Safari. Where one is missing and Debian's packages cannot be installed, it is passed over by name; in CI never.
 */
import { canInstall, install } from './apt.ts';
import type { System } from './system.ts';

/** Programs of a WebKit that can be driven: WebDriver, its browser, and a screen that nobody sees. */
export interface WebKitPaths {
  readonly driver: string;
  readonly browser: string;
  readonly xvfb: string;
}

/** What was found; null for what was passed over. */
export interface FoundBrowsers {
  readonly firefox: string | null;
  readonly webkit: WebKitPaths | null;
}

const PACKAGES: Readonly<Record<keyof FoundBrowsers, readonly string[]>> = {
  firefox: ['firefox-esr'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
};

const NAMES: Readonly<Record<keyof FoundBrowsers, string>> = { firefox: 'Firefox', webkit: 'WebKit' };

const FIREFOX_ELSEWHERE: Partial<Record<NodeJS.Platform, string>> = {
  darwin: '/Applications/Firefox.app/Contents/MacOS/firefox',
  win32: 'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
};

/**
 * Firefox and WebKit.
 *
 * @throws Error in CI, when one is missing and cannot be installed
 */
export function findBrowsers(system: System): FoundBrowsers {
  const before = look(system);
  const packages = missingIn(before).flatMap((name) => PACKAGES[name]);
  if (packages.length > 0 && canInstall(system)) {
    system.say(`Installing ${packages.join(', ')} …`);
    install(system, packages);
  }
  const found = look(system);
  const missing = missingIn(found).map((name) => NAMES[name]);
  if (missing.length === 0) return found;
  const wanted = `Install ${missingIn(found)
    .map((name) => `${NAMES[name]} (Debian: ${PACKAGES[name].join(', ')})`)
    .join(' and ')} to run these tests.`;
  if ((system.env['CI'] ?? '') !== '') throw new Error(`No ${missing.join(' and no ')} was found. ${wanted}`);
  system.say(`${missing.join(' and ')}: passed over, not found. ${wanted}`);
  return found;
}

const missingIn = (found: FoundBrowsers): (keyof FoundBrowsers)[] =>
  (['firefox', 'webkit'] as const).filter((name) => found[name] === null);

const look = (system: System): FoundBrowsers => ({
  firefox: lookForFirefox(system),
  webkit: lookForWebKit(system),
});

function lookForFirefox(system: System): string | null {
  const given = system.env['FIREFOX_PATH'];
  if (given !== undefined && given !== '') return given;
  const elsewhere = FIREFOX_ELSEWHERE[system.platform];
  if (elsewhere !== undefined && system.exists(elsewhere)) return elsewhere;
  return system.which('firefox-esr') ?? system.which('firefox');
}

/** Debian keeps MiniBrowser in a folder of the architecture, named for the version of GTK that it is built with. */
function lookForWebKit(system: System): WebKitPaths | null {
  const driver = system.which('WebKitWebDriver');
  const xvfb = system.which('Xvfb');
  const browser = system
    .list('/usr/lib')
    .flatMap((folder) => ['webkit2gtk-4.1', 'webkitgtk-6.0'].map((gtk) => `${folder}/${gtk}/MiniBrowser`))
    .find((path) => system.exists(path));
  if (driver === null || xvfb === null || browser === undefined) return null;
  return { driver, browser, xvfb };
}
