/** Owns the words for everything that can be wrong with a Parquet file. */
import { isAbort, StudioError } from '../../protocol/errors.ts';

const FETCH_AGAIN = 'Fetch the file again and check its size against the place it comes from.';

export function notParquet(what: string): StudioError {
  return new StudioError({
    code: 'data/not-parquet',
    message: `A Parquet file was expected, which begins and ends with "PAR1"; ${what}.`,
    hint: 'Pick a file that ends in .parquet, such as those under "Files" of a Hugging Face data set.',
  });
}

export function truncated(what: string, cause?: unknown): StudioError {
  return new StudioError({
    code: 'data/truncated',
    message: `A whole Parquet file was expected; ${what}.`,
    hint: FETCH_AGAIN,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function damaged(what: string, cause?: unknown): StudioError {
  return new StudioError({
    code: 'data/damaged',
    message: `The Parquet file cannot be read: ${what}.`,
    hint: `${FETCH_AGAIN} If it is whole, write it anew with pandas or pyarrow.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function unsupportedCompression(codec: string | undefined): StudioError {
  return new StudioError({
    code: 'data/unsupported-compression',
    message: `A Parquet file packed with Snappy, Gzip, Zstandard, Brotli or LZ4 was expected; this one uses ${codec ?? 'an unknown one'}.`,
    hint: "Write it anew, for example with pandas: frame.to_parquet(path, compression='zstd').",
  });
}

export function columnMissing(option: string, wanted: string, columns: readonly string[]): StudioError {
  const names = columns
    .slice(0, 20)
    .map((name) => `"${name}"`)
    .join(', ');
  return new StudioError({
    code: 'data/column-missing',
    message: `A column ${wanted} was expected; the set has ${names === '' ? 'no columns' : names}${columns.length > 20 ? ' and more' : ''}.`,
    hint: `Set the option ${option} to one of those columns.`,
  });
}

export function noRows(): StudioError {
  return new StudioError({
    code: 'data/no-rows',
    message: 'A set of pictures was expected; this one has no rows.',
    hint: 'Pick another file; this one was written empty.',
  });
}

/**
 * Makes a StudioError of what the Parquet reader threw: it throws plain errors of many kinds, and those of a
 * damaged file are often a number out of range deep inside.
 */
export function asParquetError(thrown: unknown, where: string): unknown {
  if (thrown instanceof StudioError || isAbort(thrown)) return thrown;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const codec = /unsupported compression codec: (\S+)/.exec(words)?.[1];
  return codec === undefined
    ? damaged(`${where} is damaged (${words})`, thrown)
    : unsupportedCompression(codec);
}

export function unsupportedEncoding(encoding: string): StudioError {
  return new StudioError({
    code: 'data/unsupported-encoding',
    message: `Values kept plain, by dictionary or by differences were expected; this Parquet file uses ${encoding}.`,
    hint: 'Write it anew, for example with pandas: frame.to_parquet(path).',
  });
}

export function pageTooLarge(bytes: number): StudioError {
  return new StudioError({
    code: 'data/page-too-large',
    message: `Pages of at most 512 MB were expected; one unpacks to ${Math.round(bytes / 2 ** 20)} MB.`,
    hint: 'Write the file anew with smaller row groups, for example row_group_size=100.',
  });
}

export function tooManyRows(rows: bigint, most: number): StudioError {
  return new StudioError({
    code: 'data/too-many-rows',
    message: `At most ${most} rows were expected; this file says that it has ${rows.toString()}.`,
    hint: 'Take a part of the set, or fetch the file again: a damaged one can claim any number.',
  });
}
