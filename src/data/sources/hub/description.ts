/** Owns what is said of a set on the Hub before it is downloaded, and what its form offers. */
import { formatBytes, formatCount, countOf } from '../../../lib/format.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { Options } from '../../../protocol/recipe/options.ts';
import type { OfferedValue, SourceDescription } from '../../../protocol/set/dataset.ts';
import { licenceOf, type Column } from './answers.ts';
import type { HubSet } from './hub-set.ts';
import { ALL_PARTS, chooseTables, chosenConfig, type HubTable } from './tables.ts';

/**
 * Asks the Hub, and downloads nothing.
 *
 * @throws StudioError `net/not-found` where the Hub knows nothing of such a set
 */
export async function describeHubSet(set: HubSet, options: Options): Promise<SourceDescription> {
  const repository = await set.repository();
  const tables = await set.tables(repository);
  const config = chosenConfig(tables, options);
  const info = await set.info(config);
  if (repository === null && info === null) throw unknownSet(set);
  const rowsOf = (split: string): number | undefined => info?.rowsOfSplit.get(split);
  const read = chooseTables(tables, options);
  const facts = [
    ['pictures', rowsFact(read, rowsOf)],
    ['complete', set.isPartial ? 'no: the Hub offers its first 5 GB only' : null],
    ['size', sizeFact(read)],
    ['licence', repository === null ? 'not known' : (licenceOf(repository) ?? 'the card states none')],
    ['access', isGated(repository?.gated) ? 'after agreeing to its terms on its page, with a token' : null],
    ['commit', repository?.sha?.slice(0, 10) ?? null],
  ] as const;
  return {
    page: set.page,
    facts: facts.flatMap(([label, value]) => (value === null ? [] : [{ label, value }])),
    offers: { ...placeOffers(tables, config, rowsOf), ...columnOffers(info?.columns ?? []) },
  };
}

const isGated = (gated: boolean | string | null | undefined): boolean =>
  gated === true || typeof gated === 'string';

function rowsFact(tables: readonly HubTable[], rowsOf: (split: string) => number | undefined): string | null {
  if (tables.length === 0) return 'no Parquet files: this set cannot be read';
  const counts = [...new Set(tables.map(({ split }) => split))].map(rowsOf);
  if (counts.some((count) => count === undefined)) return null;
  return formatCount(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0));
}

function sizeFact(tables: readonly HubTable[]): string | null {
  const sizes = tables.map(({ sizeBytes }) => sizeBytes);
  if (sizes.length === 0 || sizes.includes(null)) return null;
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return `${formatBytes(bytes)} in ${countOf(sizes.length, 'file')}`;
}

function placeOffers(
  tables: readonly HubTable[],
  config: string | undefined,
  rowsOf: (split: string) => number | undefined,
): Record<string, readonly OfferedValue[]> {
  const configs = [...new Set(tables.map((table) => table.config))];
  const parts = [...new Set(tables.filter((table) => table.config === config).map(({ split }) => split))];
  if (configs.length === 0) return {};
  const nameOf = (part: string): string => {
    const rows = rowsOf(part);
    return rows === undefined ? part : `${part}, ${formatCount(rows)} pictures`;
  };
  return {
    config: [
      { value: '', label: `the first: ${configs[0] ?? ''}` },
      ...configs.map((name) => ({ value: name, label: name })),
    ],
    part: [
      { value: '', label: `the first: ${nameOf(parts[0] ?? '')}` },
      ...parts.map((part) => ({ value: part, label: nameOf(part) })),
      ...(parts.length > 1 ? [{ value: ALL_PARTS, label: `all ${countOf(parts.length, 'part')}` }] : []),
    ],
  };
}

function columnOffers(columns: readonly Column[]): Record<string, readonly OfferedValue[]> {
  if (columns.length === 0) return {};
  const offer = (kinds: readonly Column['kind'][], none: string): OfferedValue[] => [
    { value: '', label: none },
    ...columns
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ name, detail }) => ({ value: name, label: `${name}: ${detail}` })),
  ];
  return {
    imageColumn: offer(['picture'], 'found by its name'),
    labelColumn: offer(['classes', 'words'], 'found by its name'),
    groupColumn: offer(['classes', 'words'], 'none'),
    splitColumn: offer(['classes', 'words'], 'none'),
  };
}

function unknownSet({ repo, endpoint }: HubSet): StudioError {
  return new StudioError({
    code: 'net/not-found',
    message: `A set called ${repo} was looked up at ${endpoint}; it is not there, may not be seen without a token, or the server cannot be reached.`,
    hint: 'Check the name and the connection. For a private set give an access token.',
  });
}
