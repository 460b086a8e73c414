/** `npm run size`: gzipped sizes of what a visitor loads; fails where the page loads more at first than it may. */
import { build, DIST, isStale } from './build.ts';
import { LIMITS_KB, sizesOf } from './sizes.ts';

if (isStale()) build();
const sizes = sizesOf(DIST);
for (const [name, kb] of sizes) console.log(`${kb.toFixed(1).padStart(8)} kB gzipped  ${name}`);

for (const [name, limitKb] of Object.entries(LIMITS_KB)) {
  const kb = sizes.get(name) ?? NaN;
  if (kb <= limitKb) continue;
  console.error(`${kb.toFixed(2)} kB gzipped are more than the ${name} may be: ${limitKb} kB.`);
  process.exitCode = 1;
}
