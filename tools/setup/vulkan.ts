/**
 * Owns finding a Vulkan driver on which Dawn (the `webgpu` package) runs in Node: the machine's GPU, else Mesa's
 * software driver lavapipe, which may be installed, else the SwiftShader that comes with Chromium.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canInstall, codename, install, installFromBackports } from './apt.ts';
import type { System } from './system.ts';

/** Environment variables under which Dawn finds its driver. */
export type DriverEnv = Readonly<Record<string, string>>;

/** What Dawn found under an environment: nothing, software, or a GPU. */
export type Adapter = 'none' | 'software' | 'hardware';

const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1'];
const ICD_FOLDERS = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** A release whose own Mesa is too old for Dawn. */
const NEEDS_BACKPORTS = 'bookworm';

/**
 * The environment in which Dawn has an adapter.
 * @param chromium - a Chromium, for its SwiftShader; null when there is none
 * @param probe - tries an environment; {@link probeDawn} save in tests
 * @throws Error that says what is missing
 */
export function findVulkan(
  system: System,
  chromium: string | null,
  probe: (env: DriverEnv) => Adapter = probeDawn,
): DriverEnv {
  const given = system.env['VK_ICD_FILENAMES'] ?? system.env['VK_DRIVER_FILES'] ?? '';
  const plain = probe({});
  if (plain === 'hardware') return {};
  // A driver that was named is the one to use, and Metal and Direct3D have none to look for.
  if (given !== '' || system.platform !== 'linux') {
    if (plain === 'software') return {};
    throw new Error(
      `WebGPU does not run in Node here${given === '' ? '' : ` with the Vulkan driver ${given}`}.`,
    );
  }
  const present = firstWorking(lavapipe(system), probe);
  if (present !== null) return present;
  if (plain === 'software') return {};
  const env = installed(system, probe) ?? firstWorking(swiftShader(system, chromium), probe);
  if (env !== null) return env;
  throw new Error(
    'No Vulkan driver was found on which WebGPU runs in Node. Install Mesa 24 or newer (Debian: ' +
      `${PACKAGES.join(' and ')}; on bookworm from bookworm-backports), or set VK_ICD_FILENAMES to a driver's file.`,
  );
}

const firstWorking = (envs: readonly DriverEnv[], probe: (env: DriverEnv) => Adapter): DriverEnv | null =>
  envs.find((env) => probe(env) !== 'none') ?? null;

const lavapipe = (system: System): DriverEnv[] =>
  ICD_FOLDERS.flatMap((folder) => system.list(folder))
    .filter((path) => /\/lvp_icd[^/]*\.json$/.test(path))
    .map((path) => ({ VK_ICD_FILENAMES: path }));

function installed(system: System, probe: (env: DriverEnv) => Adapter): DriverEnv | null {
  if (!canInstall(system)) return null;
  system.say('No Vulkan driver for Dawn here: installing Mesa …');
  const release = codename(system);
  const done =
    release === NEEDS_BACKPORTS ? installFromBackports(system, PACKAGES, release) : install(system, PACKAGES);
  return done ? firstWorking(lavapipe(system), probe) : null;
}

/** Debian's `chromium` is a script; its files lie in a folder of their own. Its loader stands in for a missing one. */
function swiftShader(system: System, chromium: string | null): DriverEnv[] {
  const own = chromium === null ? [] : [dirname(system.realPath(chromium))];
  return [...own, '/usr/lib/chromium', '/opt/google/chrome']
    .map((folder) => ({ folder, icd: join(folder, 'vk_swiftshader_icd.json') }))
    .filter(({ icd }) => system.exists(icd))
    .map(({ folder, icd }) => ({ VK_ICD_FILENAMES: icd, LD_LIBRARY_PATH: folder }));
}

/** Asks Dawn for an adapter and a device in a process of its own: a driver that is too old may take it down. */
export function probeDawn(env: DriverEnv): Adapter {
  const start = fileURLToPath(new URL('./run.mjs', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [start, 'tools/setup/probe-dawn.ts'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  const answer = stdout.trim();
  return answer === 'hardware' || answer === 'software' ? answer : 'none';
}
