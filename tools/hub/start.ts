/** `npm run hub -- --folder DIR`: serves the sets of a folder as the Hugging Face Hub does, to a whole classroom. */
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Misbehaviour } from './faults.ts';
import { reposOf } from './folder.ts';
import { startHub } from './server.ts';

const DEFAULT_PORT = 5380;

const USAGE = `Serves the image sets of a folder as the Hugging Face Hub does.

  npm run hub -- --folder DIR [options]

  --folder DIR      DIR/OWNER/NAME/… as on the Hub, or Parquet files right in DIR (sets "classroom/FILE");
                    DIR/models/OWNER/NAME/… for weights
  --port N          the port, and N + 1 for the files (${DEFAULT_PORT})
  --lan             answer the whole network, not this machine only
  --token TOKEN     ask for this token where --gated says so
  --gated NAME      a set that wants the token; may be repeated
  --write-token T   let those who have this token write models (npm run upload, or Publish on the page); it begins
                    with hf_; without it nobody may
  --misbehave JSON  a fault, such as {"server":"files","kind":"cut","afterBytes":100000,"times":2};
                    kinds: tools/hub/faults.ts; may be repeated
  --help            this text
`;

const FaultSchema = z.looseObject({ server: z.enum(['hub', 'files']), kind: z.string() });

function options() {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      port: { type: 'string' },
      lan: { type: 'boolean', default: false },
      token: { type: 'string' },
      'write-token': { type: 'string' },
      gated: { type: 'string', multiple: true, default: [] },
      misbehave: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  if (values.folder === undefined) throw new Error('--folder DIR was expected; it did not come.');
  const { token } = values;
  if (values.gated.length > 0 && token === undefined) throw new Error('--gated needs a --token.');
  return {
    folder: resolve(values.folder),
    port: Number(values.port ?? DEFAULT_PORT),
    isOpen: values.lan,
    writeToken: values['write-token'] ?? null,
    gated: Object.fromEntries(values.gated.map((name) => [name, token ?? ''])),
    faults: values.misbehave.map((text) => FaultSchema.parse(JSON.parse(text)) as unknown as Misbehaviour),
  };
}

/** Addresses of this machine that others in the network can reach. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

async function main(): Promise<void> {
  const given = options();
  if (given === null) return void process.stdout.write(USAGE);
  const { folder, port, isOpen, gated, writeToken, faults } = given;
  const repos = reposOf(folder);
  const hub = await startHub({ folder, port, gated, writeToken, host: isOpen ? '0.0.0.0' : '127.0.0.1' });
  hub.misbehave(...faults);
  const origins = isOpen ? ownAddresses().map((address) => `http://${address}:${port}`) : [hub.origin];
  process.stdout.write(`A Hub is at ${origins.join(' and ')} (Ctrl-C to stop), with\n`);
  for (const { kind, name, tables, files } of repos) {
    const bytes = (kind === 'model' ? files : tables).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    process.stdout.write(`  ${kind === 'model' ? 'model' : 'set'} ${name}, ${(bytes / 1e6).toFixed(1)} MB\n`);
  }
  process.stdout.write('In the studio: Data, Change, Hugging Face Hub, and this address as the Hub.\n');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
