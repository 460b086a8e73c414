/** Owns Debian packages: installing them, and the backports suite where Mesa is too old without it. */
import type { System } from './system.ts';

const MINUTES = 60_000;

/** Where apt's lists of sources are. */
export const SOURCES_FOLDER = '/etc/apt/sources.list.d';

/** Whether Debian packages can be installed here. */
export const canInstall = (system: System): boolean =>
  system.isRoot && system.platform === 'linux' && system.which('apt-get') !== null;

/**
 * Installs Debian packages.
 * @param suite - take them from this suite, such as `bookworm-backports`
 */
export function install(system: System, packages: readonly string[], suite?: string): boolean {
  const from = suite === undefined ? [] : ['--target-release', suite];
  const flags = ['install', '--yes', '--no-install-recommends', ...from];
  return (
    system.run('apt-get', ['update', '--quiet'], 5 * MINUTES) &&
    system.run('apt-get', [...flags, ...packages], 10 * MINUTES)
  );
}

/** `bookworm` and the like; '' where there is none. */
export const codename = (system: System): string =>
  /^VERSION_CODENAME="?(\w+)/m.exec(system.read('/etc/os-release'))?.[1] ?? '';

/**
 * The source entry for a release's backports, made from the entry the machine has for the release itself, so that
 * it names the same archive. Knows both formats of apt.
 * @param sources - text of each source file
 * @returns `null` when backports are listed already or the release's own entry is not found
 */
export function backportsEntry(sources: readonly string[], release: string): string | null {
  const backports = `${release}-backports`;
  const entries = sources.flatMap((text) => text.split(/\n\s*\n/)).map(withoutComments);
  if (entries.some((entry) => entry.includes(backports))) return null;
  for (const entry of entries) {
    const suites = /^Suites:(.*)$/m.exec(entry)?.[1]?.trim().split(/\s+/);
    if (suites?.includes(release) === true && /^Types:.*\bdeb\b/m.test(entry)) {
      return entry.replace(/^Suites:.*$/m, `Suites: ${backports}`).trim() + '\n';
    }
    const line = new RegExp(String.raw`^deb\s+((?:\[[^\]]*\]\s+)?\S+)\s+${release}\s`, 'm').exec(entry);
    if (line !== null) return `deb ${line[1] ?? ''} ${backports} main\n`;
  }
  return null;
}

const withoutComments = (text: string): string => text.replace(/^\s*#.*\n?/gm, '');

/**
 * Installs packages from a release's backports, adding the suite when it is missing, and taking it away again when
 * that did not help.
 */
export function installFromBackports(system: System, packages: readonly string[], release: string): boolean {
  const files = ['/etc/apt/sources.list', ...listed(system)];
  const entry = backportsEntry(
    files.map((path) => system.read(path)),
    release,
  );
  const format = entry?.startsWith('deb ') === true ? 'list' : 'sources';
  const added = `${SOURCES_FOLDER}/${release}-backports.${format}`;
  if (entry !== null) system.write(added, entry);
  const installed = install(system, packages, `${release}-backports`);
  if (!installed && entry !== null) system.remove(added);
  return installed;
}

const listed = (system: System): string[] =>
  system.list(SOURCES_FOLDER).filter((path) => path.endsWith('.list') || path.endsWith('.sources'));
