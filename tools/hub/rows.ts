/** Owns the datasets-server's answers that look into the rows: `/rows` and `/statistics`. */
import type { HubRepo, TableFile } from './folder.ts';
import { infoOf, rowsOf, type Feature } from './tables.ts';

/** What is asked: a set, and what the query says. */
export interface Asked {
  readonly repo: HubRepo;
  /** Where this server is, as the asker knows it; without a slash at the end. */
  readonly origin: string;
  readonly query: URLSearchParams;
}

/** As many rows are given at once. */
const MOST_ROWS = 100;

/** A request that names something that there is not. */
export class UnknownPart extends Error {}

function tablesOf({ repo, query }: Asked): readonly [TableFile, ...TableFile[]] {
  const [first, ...others] = repo.tables.filter(
    ({ config, split }) => config === query.get('config') && split === query.get('split'),
  );
  if (first === undefined) throw new UnknownPart('The requested configuration or split does not exist.');
  return [first, ...others];
}

/** `/rows`: pictures by their address, everything else as it is. */
export async function rowsAnswer(asked: Asked): Promise<object> {
  const { repo, origin, query } = asked;
  const tables = tablesOf(asked);
  const { features } = await infoOf(tables[0]);
  const offset = Number(query.get('offset') ?? 0);
  const length = Math.min(MOST_ROWS, Number(query.get('length') ?? MOST_ROWS));
  const rows: object[] = [];
  let before = 0;
  for (const table of tables) {
    const { rows: count } = await infoOf(table);
    const [from, to] = [Math.max(0, offset - before), Math.min(count, offset + length - before)];
    if (from < to) {
      for (const [index, row] of (await rowsOf(table, from, to)).entries()) {
        const number = before + from + index;
        const { config, split } = table;
        const base = `${origin}/cached-assets/${repo.name}/--/${repo.sha}/--/${config}/${split}/${number}`;
        rows.push({ row_idx: number, row: plainRow(row, features, base), truncated_cells: [] });
      }
    }
    before += count;
  }
  const listed = Object.entries(features).map(([name, type], index) => ({ feature_idx: index, name, type }));
  return { features: listed, rows, num_rows_total: before, num_rows_per_page: MOST_ROWS, partial: false };
}

/** The bytes of one picture that `/rows` gave the address of. */
export async function pictureOf(asked: Asked, row: number, column: string): Promise<Uint8Array> {
  let before = 0;
  for (const table of tablesOf(asked)) {
    const { rows } = await infoOf(table);
    if (row < before + rows) {
      const [found] = await rowsOf(table, row - before, row - before + 1, [column]);
      const cell = found?.[column];
      const bytes = cell instanceof Uint8Array ? cell : (cell as { bytes?: unknown } | undefined)?.bytes;
      if (bytes instanceof Uint8Array) return bytes;
    }
    before += rows;
  }
  throw new UnknownPart('There is no such picture.');
}

function plainRow(row: Record<string, unknown>, features: Readonly<Record<string, Feature>>, base: string) {
  const cells = Object.entries(row).map(([name, cell]) => {
    const feature = features[name];
    const isPicture = feature !== undefined && '_type' in feature && feature._type === 'Image';
    return [name, isPicture ? { src: `${base}/${encodeURIComponent(name)}/image` } : plain(cell)] as const;
  });
  return Object.fromEntries(cells);
}

/** What JSON can say. Text comes as the bytes it is stored as. */
function plain(cell: unknown): unknown {
  if (cell instanceof Uint8Array) return new TextDecoder().decode(cell);
  if (typeof cell === 'bigint') return Number(cell);
  if (Array.isArray(cell)) return cell.map(plain);
  if (typeof cell !== 'object' || cell === null) return cell ?? null;
  return Object.fromEntries(Object.entries(cell).map(([name, inner]) => [name, plain(inner)]));
}

/** `/statistics`: how often each class and each short text is there. */
export async function statisticsAnswer(asked: Asked): Promise<object> {
  const tables = tablesOf(asked);
  const { features } = await infoOf(tables[0]);
  const countable = Object.entries(features).filter(
    ([, feature]) => '_type' in feature && (feature._type === 'ClassLabel' || feature.dtype === 'string'),
  );
  const statistics: object[] = [];
  let num_examples = 0;
  for (const table of tables) num_examples += (await infoOf(table)).rows;
  for (const [name, feature] of countable) {
    const counts = new Map<string, number>();
    for (const table of tables) {
      for (const row of await rowsOf(table, 0, (await infoOf(table)).rows, [name])) {
        const value = plain(row[name]);
        const names = '_type' in feature ? feature.names : undefined;
        const word = typeof value === 'number' ? (names?.[value] ?? String(value)) : String(value);
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    const column_type = '_type' in feature && feature._type === 'ClassLabel' ? 'class_label' : 'string_label';
    const column_statistics = { n_unique: counts.size, frequencies: Object.fromEntries(counts) };
    statistics.push({ column_name: name, column_type, column_statistics });
  }
  return { num_examples, statistics, partial: false };
}
