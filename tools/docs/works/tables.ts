/**
 * Owns the tables of .github/WHAT-WORKS.md: their rows are the registries', their cells what tests have shown by
 * tests/shown.json. What no test has shown is "not tested".
 */
import { EXPORTERS } from '../../../src/exporters/registry.ts';
import { BACKBONES } from '../../../src/models/backbones/registry.ts';
import { WEIGHT_READERS } from '../../../src/models/weights/readers/registry.ts';
import { BackendSchema } from '../../../src/protocol/device.ts';
import { markdownTable, type Part } from '../generated.ts';
import { BROWSERS, LIBRARIES, PAGE_FACTS, type Fact } from './facts.ts';
import { readRecord } from './record.ts';

const FILE = '.github/WHAT-WORKS.md';
const NOT_TESTED = 'not tested';

/** What has been shown, and which of it a table has asked for. */
export class Shown {
  readonly #facts: ReadonlySet<string>;
  readonly #asked = new Set<string>();

  constructor(facts: Iterable<string>) {
    this.#facts = new Set(facts);
  }

  has(fact: Fact): boolean {
    this.#asked.add(fact);
    return this.#facts.has(fact);
  }

  /** Facts of which no table speaks: of a name that no registry has, perhaps. */
  get unasked(): readonly string[] {
    return [...this.#facts].filter((fact) => !this.#asked.has(fact));
  }
}

/** Those of a list of which something is shown, as one cell. */
function cell<Each extends string>(each: readonly Each[], isShown: (one: Each) => boolean): string {
  return each.filter(isShown).join(', ') || NOT_TESTED;
}

const yes = (isShown: boolean): string => (isShown ? 'yes' : NOT_TESTED);

/** Best for seeing: fastest first. */
const DEVICES = BackendSchema.options;

type Table = (shown: Shown) => string;

const backbones: Table = (shown) =>
  markdownTable(
    [
      'backbone',
      'layers as in Keras',
      'computes as Keras',
      'trains as Keras',
      '… BatchNorm on the batch',
      'same with weights of',
    ],
    BACKBONES.map(({ entry: { name } }) => [
      `\`${name}\``,
      yes(shown.has(`backbone ${name} has the layers of Keras`)),
      cell(DEVICES, (device) => shown.has(`backbone ${name} computes as Keras on ${device}`)),
      cell(DEVICES, (device) =>
        shown.has(`backbone ${name} trains as Keras on ${device}, BatchNorm on averages`),
      ),
      cell(DEVICES, (device) =>
        shown.has(`backbone ${name} trains as Keras on ${device}, BatchNorm on the batch`),
      ),
      cell(LIBRARIES, (library) =>
        shown.has(`backbone ${name} computes the same with weights of ${library}`),
      ),
    ]),
  );

const devices: Table = (shown) =>
  markdownTable(
    ['device', 'kernels agree with `cpu`', 'gradients agree with automatic ones', 'carries out runs'],
    DEVICES.map((device) => [
      `\`${device}\``,
      device === 'cpu' ? '–' : yes(shown.has(`device ${device} has kernels that agree with cpu`)),
      yes(shown.has(`device ${device} has gradients that agree with automatic ones`)),
      yes(shown.has(`device ${device} carries out runs`)),
    ]),
  );

const weights: Table = (shown) =>
  markdownTable(
    [
      'file',
      'format',
      'computes as the library that saved it',
      'read value by value',
      'damaged ones end in an error',
    ],
    WEIGHT_READERS.flatMap(({ label, extensions }) =>
      extensions.map((extension) => [
        `\`${extension}\``,
        label,
        cell(LIBRARIES, (library) => shown.has(`weights ${extension} of ${library} compute as there`)),
        cell(LIBRARIES, (library) => shown.has(`weights ${extension} of ${library} are read value by value`)),
        yes(shown.has(`weights ${extension} end in an error where they are damaged`)),
      ]),
    ),
  );

const exporters: Table = (shown) =>
  markdownTable(
    ['format', 'file', 'is written', 'its own library loads it, with the same answers'],
    // Papers hold no network that a library could load.
    EXPORTERS.filter(({ entry }) => entry.bytesPerParameter > 0).map(
      ({ entry: { name, label, extension } }) => [
        label,
        `\`.${extension}\``,
        yes(shown.has(`exporter ${name} writes files`)),
        yes(shown.has(`exporter ${name} writes what its format's own library loads, with the same answers`)),
      ],
    ),
  );

const browsers: Table = (shown) =>
  markdownTable(
    ['the page', ...BROWSERS],
    PAGE_FACTS.map((fact) => [
      fact,
      ...BROWSERS.map((browser) => yes(shown.has(`browser ${browser} ${fact}`))),
    ]),
  );

const TABLES: Readonly<Record<string, Table>> = { backbones, devices, weights, exporters, browsers };

/** All facts of the record. */
export const recorded = (): Shown => new Shown(Object.values(readRecord()).flat());

/** The tables, each a part of its own. */
export const whatWorks: readonly Part[] = Object.entries(TABLES).map(([name, table]) => ({
  name,
  file: FILE,
  write: () => table(recorded()),
}));

/** Facts of the record that no table asks for. */
export function unasked(): readonly string[] {
  const shown = recorded();
  for (const table of Object.values(TABLES)) table(shown);
  return shown.unasked;
}
