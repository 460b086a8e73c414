/** Owns which configuration and parts of a set on the Hub are read. */
import { textOption, type Options } from '../../protocol/options.ts';
import type { HubTable } from './hub-set.ts';

/** All parts, one after another; a part that is itself called so comes first. */
export const ALL_PARTS = 'all';

/** The configuration that is read: the one named, else the first. */
export function chosenConfig(tables: readonly HubTable[], options: Options): string | undefined {
  return textOption(options, 'config') || tables[0]?.config;
}

/** The files of the configuration and part that the options name, in order. */
export function chooseTables(tables: readonly HubTable[], options: Options): readonly HubTable[] {
  // One file, named: whatever its place is called.
  if (textOption(options, 'path') !== '') return tables;
  const config = chosenConfig(tables, options);
  const ofConfig = tables.filter((table) => table.config === config);
  const part = textOption(options, 'part') || ofConfig[0]?.split;
  const ofPart = ofConfig.filter((table) => table.split === part);
  return ofPart.length === 0 && part === ALL_PARTS ? ofConfig : ofPart;
}
