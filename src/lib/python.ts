/** How values and calls are written in Python, for programs that an export brings along. */

/** A value of JSON as Python writes it. */
export function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, each]) => `${python(name)}: ${python(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

/** What is called, and with what: `RandomZoom(0.1, fill_mode="reflect")`. */
export interface PythonCall {
  readonly name: string;
  /** In order, those with a name last, each as it is written. */
  readonly given: readonly string[];
}

/** A call of positional values, then of named ones. */
export const pythonCall = (
  name: string,
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>> = {},
): PythonCall => ({
  name,
  given: [
    ...positional.map(python),
    ...Object.entries(named).map(([key, value]) => `${key}=${python(value)}`),
  ],
});
