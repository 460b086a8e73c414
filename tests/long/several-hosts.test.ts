/** The program that travels with a Keras export on two hosts, which are two processes here, each with one device of JAX. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { holdRetraining } from '../support/exports/retraining.ts';

const PYTHON = process.env['KERAS_PYTHON'] ?? 'python3';
const HOSTS = 2;

it('trains on two hosts, each with its share of every batch', { timeout: 1_800_000 }, async () => {
  const folder = await holdRetraining(
    {
      phases: [
        { name: 'head', epochs: 1, learningRate: 0.001 },
        { name: 'fineTune', epochs: 1, learningRate: 0.0003, unfreeze: 4 },
      ],
    },
    async (where) => {
      const address = `127.0.0.1:${(await freePort()).toString()}`;
      const said = await Promise.all([0, 1].map((host) => startHost(where, address, host)));
      expect(said[0]).toContain('jax on 2 device(s) of 2 host(s)');
      // Both see the same figures: of all pictures, not of their own.
      const figuresOf = (text: string): string[] => text.match(/'valLoss': [\d.e-]+|Test: .* right/gu) ?? [];
      expect(figuresOf(said[0] ?? '')).toHaveLength(3);
      expect(figuresOf(said[1] ?? '')).toEqual(figuresOf(said[0] ?? ''));
    },
  );
  expect(folder).not.toBe('');
});

/** Runs the program as one of the hosts; what it says. */
function startHost(folder: string, address: string, host: number): Promise<string> {
  const child = spawn(
    PYTHON,
    ['train/train.py', '--set', 'set.parquet', '--start', 'random', '--several-hosts'],
    {
      cwd: folder,
      env: {
        ...process.env,
        KERAS_BACKEND: 'jax',
        JAX_PLATFORMS: 'cpu',
        KERAS_DISTRIBUTION_JOB_ADDRESSES: address,
        KERAS_DISTRIBUTION_NUM_PROCESSES: HOSTS.toString(),
        KERAS_DISTRIBUTION_PROCESS_ID: host.toString(),
      },
    },
  );
  let [out, errors] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve(out);
      else
        reject(new TypeError(`Host ${host.toString()} ended with ${String(code)}: ${errors.slice(-3000)}`));
    });
  });
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => {
        resolve(port);
      });
    });
  });
