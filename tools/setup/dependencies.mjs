// Owns the question whether node_modules holds what the lock file lists, and the installing of what is missing.
// Plain JavaScript: it runs before there is anything to run TypeScript with.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Packages of the lock file that are not installed, or in another version. Optional ones (binaries for other
 * platforms) are never missing.
 * @param {string} root folder of package-lock.json
 * @returns {string[]}
 */
export function missingPackages(root) {
  const { packages } = readJson(join(root, 'package-lock.json'));
  return Object.keys(packages).filter((path) => {
    const { version, optional, devOptional } = packages[path];
    if (path === '' || optional || devOptional) return false;
    const manifest = join(root, path, 'package.json');
    return !existsSync(manifest) || readJson(manifest).version !== version;
  });
}

/**
 * Installs what is missing; does nothing, and so needs no network, when all is there.
 * @param {string} root folder of package-lock.json
 */
export function installMissing(root) {
  const missing = missingPackages(root);
  if (missing.length === 0) return;
  console.log(`Installing ${missing.length} packages (once) …`);
  // Not `npm ci`: it refuses a lock file made where the packages for other platforms could not be seen, and begins
  // by deleting what is there. The versions are the lock file's all the same.
  const command = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // Under `npm start` npm says where it is itself, which also spares Windows its `npm.cmd`.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const { status } = spawnSync(npm[0], [...npm.slice(1), ...command], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0 || missingPackages(root).length > 0) {
    throw new Error(
      'The packages could not be installed. Is the network there? Try `npm install` to see why.',
    );
  }
}
