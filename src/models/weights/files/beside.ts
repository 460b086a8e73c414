/**
 * Owns what small files beside weights say, whatever they are called: a Keras network's layers (`config.json` of an
 * unpacked `.keras`), class names (`labels.txt` and `metadata.json` of Teachable Machine, `id2label` of the Hub,
 * `class_names`), and what the library calls the network.
 */
import { parseTopology, type Topology } from '../topology/topology.ts';

/** What is known of weights from beside them. */
export interface Beside {
  readonly topology: Topology | null;
  readonly labels: readonly string[] | null;
  readonly architecture: string | null;
}

export const NOTHING_BESIDE: Beside = { topology: null, labels: null, architecture: null };

/** The first word on each. */
export function together(all: readonly Beside[]): Beside {
  return {
    topology: all.find(({ topology }) => topology !== null)?.topology ?? null,
    labels: all.find(({ labels }) => labels !== null)?.labels ?? null,
    architecture: all.find(({ architecture }) => architecture !== null)?.architecture ?? null,
  };
}

/** What a JSON file says. */
export function besideOfJson(value: unknown): Beside {
  if (Array.isArray(value)) return { ...NOTHING_BESIDE, labels: names(value) };
  if (typeof value !== 'object' || value === null) return NOTHING_BESIDE;
  const {
    labels,
    class_names: classNames,
    label_names: labelNames,
    id2label,
    architecture,
    ...rest
  } = value as Readonly<Record<string, unknown>>;
  return {
    topology: typeof rest['class_name'] === 'string' ? parseTopology(value) : null,
    labels: names(labels) ?? names(classNames) ?? names(labelNames) ?? namesById(id2label),
    architecture: typeof architecture === 'string' ? architecture : null,
  };
}

/** What a text file says: a class a line, with its number before it as Teachable Machine has it. */
export function labelsOfText(text: string): readonly string[] | null {
  const lines = text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const isNumbered = lines.every((line, i) => line.startsWith(`${i} `));
  return names(isNumbered ? lines.map((line) => line.replace(/^\d+ /u, '')) : lines);
}

function names(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 100_000) return null;
  return value.every((name) => typeof name === 'string') ? value : null;
}

/** Names by their numbers; what transformers writes where nobody gave names, a label and a number, is none. */
function namesById(value: unknown): readonly string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const byId = value as Readonly<Record<string, unknown>>;
  const found = names(Object.keys(byId).map((_, i) => byId[i]));
  return found?.every((name, i) => name === `LABEL_${i}`) === true ? null : found;
}
