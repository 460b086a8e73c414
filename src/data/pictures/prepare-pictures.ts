/** Owns a set's pictures on their way into the store: taken from an earlier opening, or read, cleaned and resized. */
import { invariant, StudioError } from '../../protocol/errors.ts';
import { listingKey, outlineKey } from '../../protocol/identity.ts';
import type { Options } from '../../protocol/recipe/options.ts';
import { preparingOf } from '../../protocol/recipe/preparing.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { Platform } from '../../platform/platform.ts';
import { cleanRows, type CleanedRows } from '../cleaning/clean-rows.ts';
import type { Cropping } from '../faces/cropping.ts';
import { curatingOptions, readingOptions } from '../dataset-options.ts';
import type { Arriving, OpenDatasetOptions } from '../dataset.ts';
import { ArrivingPictures } from './arriving.ts';
import { pictureSink, type PictureSink } from './picture-store.ts';
import { picturesFull, type PreparedOrigin } from './prepared-room.ts';
import { preparedPlace, type PreparedPlace, type PreparedSet } from './prepared-sets.ts';
import { PicturePool } from '../pool/picture-pool.ts';
import { hashSource } from '../cleaning/source-hash.ts';
import type { OpenedSource } from '../sources/source.ts';

/** Pictures and rows, and where they are kept. */
export interface Prepared extends PreparedSet {
  readonly arriving: Arriving | null;
}

/**
 * The set's pictures, resized, and what cleaning found: from an earlier opening where they are here. Where only the rows
 * are known, from an opening at another size, the pictures come while others are used already.
 */
export async function preparePictures(
  { dataset, image }: Recipe,
  { opened, options }: { readonly opened: OpenedSource; readonly options: Options },
  platform: Platform,
  given: OpenDatasetOptions,
): Promise<Prepared> {
  const preparing = preparingOf(image);
  const { faces = null } = given;
  invariant(
    preparing.faceMargin === null || faces !== null,
    'who opens a set that is cut to faces finds them',
  );
  const { rowCount } = opened;
  const place = preparedPlace(platform, { ...originOf(dataset, opened), ...preparing });
  const hold = async (ownedName: string): Promise<void> => given.uses?.use(ownedName);
  const kept = await place?.find(
    () => hashSource(opened, (rows) => given.onProgress(rows, rowCount, 'pictures', COMPARING), given.signal),
    hold,
  );
  if (kept?.prepared) return { ...kept.prepared, arriving: null };
  if (place !== null) await hold(place.ownedName);
  await place?.begin();
  const sink = pictureSink(preparing.size, place?.chunks ?? null);
  const fill = (signal: AbortSignal | undefined, onRows: (rows: number) => void): Promise<PreparedSet> =>
    fillSink(sink, place, { opened, platform, preparing, faces, onRows, given, signal });
  const label =
    preparing.faceMargin === null ? 'Reading the pictures' : 'Reading the pictures and finding faces in them';
  // Which rows are left when near copies go depends on the pictures themselves.
  const known = curatingOptions(options, image).nearDuplicates === 'keep' ? kept?.rows : null;
  if (!known) {
    const tell = (rows: number): void => given.onProgress(rows, rowCount, 'pictures', label);
    return { ...(await fill(given.signal, tell)), arriving: null };
  }
  const arriving = new ArrivingPictures(known.count, sink, async (signal, onPicture) => {
    const { cleaned } = await fill(signal, onPicture);
    if (cleaned.rows.length !== known.cleaned.rows.length) throw otherRows(known.cleaned, cleaned);
  });
  return { cleaned: known.cleaned, pictures: arriving, arriving };
}

const COMPARING = 'Comparing with sets that were opened before';

/** By what a set is looked for among those that are kept. */
function originOf(
  dataset: Recipe['dataset'],
  { origin, identity, rowCount, sizeBytes, provenance }: OpenedSource,
): Pick<PreparedOrigin, 'label' | 'listing' | 'outline'> {
  const isHere = provenance === undefined;
  return {
    label: origin,
    listing: listingKey(readingOptions(dataset), identity),
    // What lies on a server has its version: to fetch all of it for a hash would cost more than it saves.
    outline: isHere ? outlineKey(rowCount, sizeBytes) : null,
  };
}

interface Filling extends Cropping {
  readonly opened: OpenedSource;
  readonly platform: Platform;
  readonly onRows: (rows: number) => void;
  readonly given: OpenDatasetOptions;
  readonly signal: AbortSignal | undefined;
}

/** Reads, cleans and resizes all rows, and keeps what came of it. */
async function fillSink(
  sink: PictureSink,
  place: PreparedPlace | null,
  { opened, platform, given, signal, ...cleaning }: Filling,
): Promise<PreparedSet> {
  const pool = new PicturePool(platform);
  try {
    const cleaned = await cleanRows(opened, sink, {
      ...cleaning,
      pool,
      ...(signal === undefined ? {} : { signal }),
    });
    if (pool.trouble !== null) given.onNotice?.(pool.trouble);
    const filled = await sink.finish();
    await place?.finish(cleaned, filled);
    const { trouble = null } = place ?? {};
    if (place !== null && trouble !== null) {
      const isFull = trouble.code === 'storage/full';
      const { count } = filled.pictures;
      given.onNotice?.(isFull ? await picturesFull(platform, place.origin, count, trouble) : trouble);
    }
    return { cleaned, pictures: filled.pictures };
  } finally {
    pool.end();
  }
}

function otherRows(known: CleanedRows, now: CleanedRows): StudioError {
  return new StudioError({
    code: 'data/changed',
    message: `This set had ${known.rows.length.toString()} usable rows when it was opened before; now it has ${now.rows.length.toString()}.`,
    hint: 'Open it again: it is then read from the start.',
    retryable: true,
  });
}
