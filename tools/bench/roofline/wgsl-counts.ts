/** Counts what the text of a WGSL program tells of it: threads and bytes of a workgroup, reads for each multiply-add. */

/** Threads of a workgroup. @throws RangeError where the text names none */
export function threadsAGroup(code: string): number {
  const sizes = /@workgroup_size\(([^)]*)\)/u.exec(code)?.[1];
  if (sizes === undefined)
    throw new RangeError('A compute program names its workgroup_size; this one does not.');
  return sizes.split(',').reduce((product, size) => product * Number(constantsIn(code)(size.trim())), 1);
}

/** tfjs gives sizes by names of constants. */
function constantsIn(code: string): (size: string) => string {
  return (size) => new RegExp(`\\b${size}\\b[^=;]*= *(\\d+)`, 'u').exec(code)?.[1] ?? size;
}

const BYTES: Readonly<Record<string, number>> = { f32: 4, i32: 4, u32: 4, vec2f: 8, vec3f: 16, vec4f: 16 };
/** tfjs has `vec4<f32>`, and arrays of arrays. */
const plain = (code: string): string => code.replaceAll(/vec(\d)<f32>/gu, 'vec$1f');

/** Bytes of memory that a workgroup's threads share. */
export function workgroupBytes(code: string): number {
  return [...plain(code).matchAll(/var<workgroup> *\w+ *: *([^;]*);/gu)].reduce(
    (sum, [, type = '']) => sum + bytesOf(type.trim()),
    0,
  );
}

function bytesOf(type: string): number {
  const array = /^array<(.*), *(\w+)>$/u.exec(type);
  if (array !== null) return bytesOf(array[1] ?? '') * Number.parseInt(array[2] ?? '', 10);
  const bytes = BYTES[type];
  if (bytes === undefined) throw new RangeError(`The size of the WGSL type ${type} is not known here.`);
  return bytes;
}

/**
 * Reads of four values for each multiply-add in the innermost loop that does most of them; null where no loop does any.
 * A multiply-add is what a statement `sum… += …` has of products, four at a time, and of `dot`s.
 *
 * @param read names of bindings and of workgroup memory that the program reads from
 */
export function loadsPerFma(code: string, read: readonly string[]): number | null {
  const names = read.join('|');
  const loads = new RegExp(`\\b(?:read_(?:${names})\\(|(?:${names})\\[)`, 'gu');
  const loops = innermostLoops(code).map((body) => ({
    loads: body.match(loads)?.length ?? 0,
    // What is multiplied to find a place is none.
    fmas: [...body.replaceAll(/\[[^[\]]*\]/gu, '').matchAll(/\bsum\w* \+= ([^;]*);/gu)].reduce(
      (sum, [, terms = '']) => sum + 4 * (terms.match(/ \* |\bdot\(/gu)?.length ?? 0),
      0,
    ),
  }));
  const most = loops.toSorted((a, b) => b.fmas - a.fmas)[0];
  return most === undefined || most.fmas === 0 ? null : most.loads / most.fmas;
}

/** Names of workgroup memory. */
export const workgroupNames = (code: string): string[] =>
  [...code.matchAll(/var<workgroup> *(\w+)/gu)].map(([, name = '']) => name);

function innermostLoops(code: string): string[] {
  return [...code.matchAll(/\bfor \(/gu)]
    .map(({ index }) => blockAfter(code, index))
    .filter((body) => !/\bfor \(/u.test(body));
}

/** What stands between the braces that open behind `from`. */
function blockAfter(code: string, from: number): string {
  const start = code.indexOf('{', from);
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '{') depth += 1;
    if (code[at] === '}') depth -= 1;
    if (depth === 0) return code.slice(start + 1, at);
  }
  throw new RangeError('A loop of a WGSL program has no end.');
}
