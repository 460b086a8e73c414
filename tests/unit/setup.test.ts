/** Set-up on machines that we do not have: what is looked for, in which order, and what is installed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backportsEntry, SOURCES_FOLDER } from '../../tools/setup/apt.ts';
import { findBrowsers } from '../../tools/setup/browsers.ts';
import { findChromium } from '../../tools/setup/chromium.ts';
import { missingPackages } from '../../tools/setup/dependencies.mjs';
import type { System } from '../../tools/setup/system.ts';
import { findVulkan, type Adapter, type DriverEnv } from '../../tools/setup/vulkan.ts';

/** A machine made of a list of files; `onRun` plays its package manager. */
interface Fake {
  readonly files?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly isRoot?: boolean;
  readonly onRun?: (command: string, files: Map<string, string>) => boolean;
}

function fakeSystem({ files = {}, env = {}, isRoot = false, onRun = () => false }: Fake) {
  const disk = new Map(Object.entries(files));
  const commands: string[] = [];
  const said: string[] = [];
  const system: System = {
    platform: 'linux',
    env,
    isRoot,
    run: (command, args) => {
      const line = [command, ...args].join(' ');
      commands.push(line);
      return onRun(line, disk);
    },
    which: (name) => (disk.has(`/usr/bin/${name}`) ? `/usr/bin/${name}` : null),
    exists: (path) => disk.has(path),
    realPath: (path) => path,
    read: (path) => disk.get(path) ?? '',
    list: (folder) => [...disk.keys()].filter((path) => dirname(path) === folder),
    write: (path, text) => void disk.set(path, text),
    remove: (path) => void disk.delete(path),
    say: (line) => void said.push(line),
  };
  return { system, commands, disk, said };
}

const DEB822 = `# a comment\nTypes: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main`;

describe('finding Chromium', () => {
  const works = async () => true;

  it('takes the one that CHROMIUM_PATH names', async () => {
    const { system } = fakeSystem({
      files: { '/my/chrome': '', '/usr/bin/chromium': '' },
      env: { CHROMIUM_PATH: '/my/chrome' },
    });
    expect(await findChromium(system, works)).toBe('/my/chrome');
  });

  it('does not replace the named one when it fails', async () => {
    const { system } = fakeSystem({
      files: { '/usr/bin/chromium': '' },
      env: { CHROMIUM_PATH: '/my/chrome' },
    });
    await expect(findChromium(system, works)).rejects.toThrow(/CHROMIUM_PATH/);
  });

  it('passes over one without WebGPU', async () => {
    const { system } = fakeSystem({ files: { '/usr/bin/chromium': '', '/usr/bin/google-chrome': '' } });
    expect(await findChromium(system, async (path) => path.includes('google'))).toBe(
      '/usr/bin/google-chrome',
    );
  });

  it("downloads Playwright's, then installs Debian's where it may", async () => {
    const { system, commands } = fakeSystem({
      files: { '/usr/bin/apt-get': '' },
      isRoot: true,
      onRun: (line, disk) => {
        if (line.includes('install --yes')) disk.set('/usr/bin/chromium', '');
        return line.startsWith('apt-get');
      },
    });
    expect(await findChromium(system, works)).toBe('/usr/bin/chromium');
    expect(commands[0]).toMatch(/playwright-core\/cli\.js install chromium --no-shell/);
    expect(commands.at(-1)).toMatch(/^apt-get install .*chromium$/);
  });

  it('says what was tried when there is none', async () => {
    const { system } = fakeSystem({});
    await expect(findChromium(system, works)).rejects.toThrow(/chromium on PATH: none[^]*CHROMIUM_PATH/);
  });
});

describe('finding Firefox and WebKit', () => {
  const FOLDER = '/usr/lib/x86_64-linux-gnu';
  const FIREFOX = { '/usr/bin/firefox-esr': '' };
  const WEBKIT = {
    '/usr/bin/WebKitWebDriver': '',
    '/usr/bin/Xvfb': '',
    [FOLDER]: '',
    [`${FOLDER}/webkit2gtk-4.1/MiniBrowser`]: '',
  };
  const found = {
    firefox: '/usr/bin/firefox-esr',
    webkit: {
      driver: '/usr/bin/WebKitWebDriver',
      browser: `${FOLDER}/webkit2gtk-4.1/MiniBrowser`,
      xvfb: '/usr/bin/Xvfb',
    },
  };

  it('takes what is there', () => {
    const { system, commands } = fakeSystem({ files: { ...FIREFOX, ...WEBKIT } });
    expect(findBrowsers(system)).toEqual(found);
    expect(commands).toEqual([]);
  });

  it('installs what is missing at once, where it may', () => {
    const { system, commands } = fakeSystem({
      files: { '/usr/bin/apt-get': '' },
      env: { CI: '1' },
      isRoot: true,
      onRun: (line, disk) => {
        if (line.includes('install --yes'))
          for (const path of Object.keys({ ...FIREFOX, ...WEBKIT })) disk.set(path, '');
        return true;
      },
    });
    expect(findBrowsers(system)).toEqual(found);
    expect(commands.filter((line) => line.includes('install'))).toEqual([
      expect.stringMatching(/ firefox-esr webkit2gtk-driver xvfb$/),
    ]);
  });

  it('passes over by name what cannot be installed, but not in CI', () => {
    const { system, said } = fakeSystem({ files: FIREFOX });
    expect(findBrowsers(system)).toEqual({ ...found, webkit: null });
    expect(said).toEqual([expect.stringMatching(/^WebKit: passed over.*webkit2gtk-driver/)]);
    const inCi = fakeSystem({ files: FIREFOX, env: { CI: '1' } });
    expect(() => findBrowsers(inCi.system)).toThrow(/^No WebKit was found/);
  });
});

describe('finding a Vulkan driver', () => {
  const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.json';
  const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

  /** Dawn on a machine without a GPU: works under a named driver only. */
  const needsDriver = (env: DriverEnv): Adapter =>
    env['VK_ICD_FILENAMES'] === undefined ? 'none' : 'software';

  it('leaves a machine with a GPU alone', () => {
    expect(findVulkan(fakeSystem({}).system, null, () => 'hardware')).toEqual({});
  });

  it('prefers lavapipe to SwiftShader', () => {
    const { system, commands } = fakeSystem({ files: { [LAVAPIPE]: '', [SWIFTSHADER]: '' } });
    expect(findVulkan(system, '/usr/bin/chromium', needsDriver)).toEqual({ VK_ICD_FILENAMES: LAVAPIPE });
    expect(commands).toEqual([]);
  });

  it('installs Mesa from backports of the archive that bookworm has', () => {
    const { system, commands, disk } = fakeSystem({
      files: {
        '/usr/bin/apt-get': '',
        '/etc/os-release': 'VERSION_CODENAME=bookworm\n',
        [`${SOURCES_FOLDER}/debian.sources`]: DEB822,
      },
      isRoot: true,
      onRun: (line, files) => {
        if (line.includes('--target-release bookworm-backports')) files.set(LAVAPIPE, '');
        return true;
      },
    });
    expect(findVulkan(system, null, needsDriver)).toEqual({ VK_ICD_FILENAMES: LAVAPIPE });
    expect(commands.at(-1)).toContain('mesa-vulkan-drivers');
    expect(disk.get(`${SOURCES_FOLDER}/bookworm-backports.sources`)).toContain(
      'http://mirror.example/debian',
    );
  });

  it("falls back to Chromium's SwiftShader, and takes back a suite that did not help", () => {
    const { system, disk } = fakeSystem({
      files: {
        '/usr/bin/apt-get': '',
        '/etc/os-release': 'VERSION_CODENAME=bookworm\n',
        [`${SOURCES_FOLDER}/debian.sources`]: DEB822,
        [SWIFTSHADER]: '',
      },
      isRoot: true,
    });
    expect(findVulkan(system, '/usr/bin/chromium', needsDriver)).toMatchObject({
      VK_ICD_FILENAMES: SWIFTSHADER,
    });
    expect([...disk.keys()].filter((path) => path.includes('backports'))).toEqual([]);
  });

  it('says what is missing when nothing works', () => {
    expect(() => findVulkan(fakeSystem({}).system, null, () => 'none')).toThrow(/mesa-vulkan-drivers/);
    const named = fakeSystem({ files: { [LAVAPIPE]: '' }, env: { VK_ICD_FILENAMES: '/broken.json' } });
    expect(() => findVulkan(named.system, null, () => 'none')).toThrow(/broken\.json/);
  });
});

describe("a release's backports", () => {
  it('are listed as the release is', () => {
    expect(backportsEntry([DEB822], 'bookworm')).toBe(
      'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\n' +
        'Signed-By: /usr/share/keyrings/debian.gpg\n',
    );
    const line = 'deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib\n';
    expect(backportsEntry([line], 'bookworm')).toBe(
      'deb [signed-by=/k.gpg] http://mirror.example/debian bookworm-backports main\n',
    );
  });

  it('are not listed twice, nor where the release is unknown', () => {
    expect(backportsEntry([DEB822, 'deb http://m/debian bookworm-backports main'], 'bookworm')).toBeNull();
    expect(backportsEntry([DEB822], 'trixie')).toBeNull();
  });
});

describe('missing packages', () => {
  let root = '';
  const put = (path: string, content: object): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mien-'));
    put('package-lock.json', {
      packages: {
        '': { version: '0.0.1' },
        'node_modules/a': { version: '1.0.0' },
        'node_modules/b': { version: '2.0.0' },
        'node_modules/other-platform': { version: '1.0.0', optional: true },
      },
    });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are those of the lock file that are not there in that version', () => {
    expect(missingPackages(root)).toEqual(['node_modules/a', 'node_modules/b']);
    put('node_modules/a/package.json', { version: '1.0.0' });
    put('node_modules/b/package.json', { version: '1.9.0' });
    expect(missingPackages(root)).toEqual(['node_modules/b']);
    put('node_modules/b/package.json', { version: '2.0.0' });
    expect(missingPackages(root)).toEqual([]);
  });
});
