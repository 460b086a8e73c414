/** What the recipe's schema is made of: fields with what they mean, and numbers within bounds. */
import * as z from 'zod/mini';

// Zod compiles validators with `new Function` where it may; the page's Content-Security-Policy forbids it.
z.config({ jitless: true, ...z.locales.en() });

/** What the schema cannot say of a field by itself; `npm run docs` writes it into the README's table. */
export const fieldHelp = z.registry<{ readonly help: string }>();

/** A field with what it means. */
export function means<Field extends z.core.$ZodType>(help: string, field: Field): Field {
  fieldHelp.add(field, { help });
  return field;
}

export const number = (low: number, high: number) => z.number().check(z.minimum(low), z.maximum(high));
export const whole = (low: number, high: number) => z.int().check(z.minimum(low), z.maximum(high));
export const text = () => z.string().check(z.minLength(1));
export const share = () => number(0, 1);
/** What a run on WebGPU noted of its matrix products (`GpuKernels`). */
export const waysOfRun = () => z.strictObject({ on: text(), ways: z.record(text(), text()) });
export const seed = () => whole(0, 2 ** 32 - 1);
