/** Mien's own version, as in package.json; recorded in runs and exports. */
export const VERSION = '0.1.0';
