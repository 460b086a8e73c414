/** How large a network's files are in a format, wherever it can be taken home. */
import { formatBytes } from '../../lib/format.ts';
import type { ExporterEntry } from '../../protocol/catalog.ts';

/** @param parameters numbers that the network is made of */
export const sizeText = (
  { bytesPerParameter, bytesBeside }: Pick<ExporterEntry, 'bytesPerParameter' | 'bytesBeside'>,
  parameters: number,
): string => `About ${formatBytes(parameters * bytesPerParameter + bytesBeside)}.`;
