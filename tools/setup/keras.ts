/** Owns finding a Python with real Keras for the live parity tests, or installing one into a folder of our own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from './system.ts';

/** What the tests compare with; the versions that the goldens were made with. */
const PACKAGES = [
  'tensorflow-cpu==2.21.0',
  ...['pillow', 'scikit-learn', 'pandas', 'pyarrow'],
  // Brings the photograph that the face detector is shown.
  'scikit-image==0.26.0',
];
const MODULES = 'tensorflow keras PIL sklearn pandas pyarrow skimage';
const PIP = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '0'];
const FOLDER = fileURLToPath(new URL('../../.cache/keras', import.meta.url));
const MINUTES = 60_000;

/** What reads exports beside Keras, or carries out the programs that travel with them. What cannot be had is said, and its tests fail. */
const READERS = [
  {
    what: 'ONNX Runtime and safetensors',
    packages: ['onnx==1.23.1', 'onnxruntime==1.30.0', 'safetensors==0.8.0'],
    modules: 'onnx onnxruntime safetensors',
  },
  { what: 'JAX', packages: ['jax==0.10.2'], modules: 'jax' },
  {
    what: 'timm, transformers and torchvision',
    // For processors alone: what PyPI has brings some gigabytes for graphics cards along.
    packages: [
      '--extra-index-url',
      'https://download.pytorch.org/whl/cpu',
      'torch==2.13.0+cpu',
      'timm==1.0.29',
      'transformers==5.18.0',
    ],
    modules: 'torch torchvision timm transformers',
  },
];

/**
 * A Python that can import Keras: the one that KERAS_PYTHON names, or one in a virtual environment that is made when
 * missing. Says in one line why there is none.
 * @returns its path, or null
 */
export function kerasPython(system: System): string | null {
  const given = system.env['KERAS_PYTHON'];
  const present = presentKeras(system);
  if (present !== null) return present;
  const failure = given === undefined ? install(system) : `${given} cannot import it`;
  const python = failure === null ? presentKeras(system) : null;
  if (python === null)
    system.say(`No live comparison with Keras: ${failure ?? 'it was installed but cannot be imported'}.`);
  return python;
}

/** The same, where nothing has to be installed; says nothing. */
export function presentKeras(system: System): string | null {
  const given = system.env['KERAS_PYTHON'];
  const python = given ?? join(FOLDER, 'bin', 'python');
  const isThere = given !== undefined || system.exists(python);
  return isThere && system.run(python, ['-c', finds(MODULES)], MINUTES / 2) ? python : null;
}

/** Adds what reads exports to an environment of our own. Says in one line what is not there. */
export function addExportReaders(system: System, python: string): void {
  for (const { what, packages, modules } of READERS) {
    const has = (): boolean => system.run(python, ['-c', finds(modules)], MINUTES / 2);
    if (has()) continue;
    const isOurs = python === join(FOLDER, 'bin', 'python');
    if (isOurs) system.say(`Installing ${what} to read exports with (once) …`);
    if (isOurs && system.run(python, [...PIP, ...packages], 4 * MINUTES) && has()) continue;
    system.say(
      `Exports are not read with ${what}: ${isOurs ? 'they could not be installed' : `${python} has none`}.`,
    );
  }
}

/** @returns what failed, or null */
function install(system: System): string | null {
  if (system.which('python3') === null) return 'there is no python3';
  system.say('Installing real Keras for the live comparison (once) …');
  const args = ['-m', 'venv', FOLDER];
  if (!system.run('python3', args, MINUTES))
    return 'python3 cannot make a virtual environment (python3-venv?)';
  const installed = system.run(join(FOLDER, 'bin', 'python'), [...PIP, ...PACKAGES], 6 * MINUTES);
  return installed ? null : 'its Python packages could not be installed';
}

/** A program that ends well when modules are there. Looked for, not imported: TensorFlow takes seconds, and talks. */
function finds(modules: string): string {
  return (
    'import sys, importlib.util as u;' + `sys.exit(any(u.find_spec(m) is None for m in '${modules}'.split()))`
  );
}
