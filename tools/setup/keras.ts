/** Owns finding a Python with real Keras for the live parity tests, or installing one into a folder of our own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from './system.ts';

/** What the tests compare with; the versions that the goldens were made with. */
const PACKAGES = ['tensorflow-cpu==2.21.0', 'pillow', 'scikit-learn', 'pandas', 'pyarrow'];
// Looked for, not imported: TensorFlow takes seconds, and talks.
const IMPORTS =
  'import sys, importlib.util as u;' +
  "sys.exit(any(u.find_spec(m) is None for m in 'tensorflow keras PIL sklearn pandas pyarrow'.split()))";
const FOLDER = fileURLToPath(new URL('../../.cache/keras', import.meta.url));
const MINUTES = 60_000;

/**
 * A Python that can import Keras: the one that KERAS_PYTHON names, or one in a virtual environment that is made when
 * missing. Says in one line why there is none.
 * @returns its path, or null
 */
export function kerasPython(system: System): string | null {
  const given = system.env['KERAS_PYTHON'];
  const own = join(FOLDER, 'bin', 'python');
  const python = given ?? own;
  const works = (): boolean =>
    (system.exists(python) || given !== undefined) && system.run(python, ['-c', IMPORTS], MINUTES / 2);
  if (works()) return python;
  const failure = given === undefined ? install(system) : `${given} cannot import it`;
  if (failure === null && works()) return python;
  system.say(`No live comparison with Keras: ${failure ?? 'it was installed but cannot be imported'}.`);
  return null;
}

/** @returns what failed, or null */
function install(system: System): string | null {
  if (system.which('python3') === null) return 'there is no python3';
  system.say('Installing real Keras for the live comparison (once) …');
  const args = ['-m', 'venv', FOLDER];
  if (!system.run('python3', args, MINUTES))
    return 'python3 cannot make a virtual environment (python3-venv?)';
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '0',
    ...PACKAGES,
  ];
  const installed = system.run(join(FOLDER, 'bin', 'python'), pip, 6 * MINUTES);
  return installed ? null : 'its Python packages could not be installed';
}
