/**
 * Owns what Mien writes into the header of the safetensors that it exports: bare weights say nothing of the pictures that
 * they take, nor of padding and epsilon, and names alone would have them guessed.
 */
import { z } from 'zod';
import type { WeightFile } from './weight-file.ts';

const three = z.tuple([z.number(), z.number(), z.number()]);
const channel = z.number().int().min(0).max(2);

/** Of what is written, what a network is built by. */
const FactsSchema = z.object({
  labels: z.array(z.string()),
  preprocessing: z.object({ order: z.tuple([channel, channel, channel]), scale: three, offset: three }),
  flavour: z.nullable(
    z.object({ padding: z.enum(['symmetric', 'keras']), epsilon: z.number().nonnegative() }),
  ),
});

/** What a file of Mien's own says of its network. */
type OwnFacts = Required<Pick<WeightFile, 'labels' | 'preprocessing' | 'flavour'>>;

/**
 * @param metadata the header's, all text
 * @returns null for a file of somebody else's
 */
export function ownFacts(metadata: Readonly<Record<string, unknown>>): OwnFacts | null {
  const { mien } = metadata;
  if (typeof mien !== 'string') return null;
  const parsed = FactsSchema.safeParse(textOf(mien));
  return parsed.success ? parsed.data : null;
}

function textOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // Whoever has changed it has made it a file of weights like any other.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
