/** What a process and all below it take of the machine: processor time and memory. Linux only, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc in a second, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A process as /proc tells of it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** Seconds of processor time of all processes below one, since each started. */
export const cpuSecondsBelow = (root: number): number =>
  familyOf(root).reduce((sum, { pid, cpuSeconds }) => sum + (pid === root ? 0 : cpuSeconds), 0);

/** Bytes of memory that are a process's own and not shared. */
export function privateBytes(pid: number): number {
  const [, kilobytes = 0] = /RssAnon:\s+(\d+)/.exec(readProc(pid, 'status')) ?? [];
  return Number(kilobytes) * 1024;
}

/** The same, of that process below this one which has most. */
export const mostPrivateBytesBelow = (root: number): number =>
  Math.max(0, ...familyOf(root).map(({ pid }) => (pid === root ? 0 : privateBytes(pid))));

/** The same, of all pages of a browser below this one: each in a process of its own, workers and their memory included. */
export const privateBytesOfPages = (root: number): number =>
  familyOf(root)
    .filter(({ pid }) => readProc(pid, 'cmdline').includes('--type=renderer'))
    .reduce((sum, { pid }) => sum + privateBytes(pid), 0);

/**
 * Measures over and over.
 *
 * @returns ends it, and tells the most that was seen
 */
export function watchMost(measure: () => number, everyMs: number): () => number {
  let most = measure();
  const timer = setInterval(() => {
    most = Math.max(most, measure());
  }, everyMs);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function familyOf(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcess(Number(pid)));
  const family = new Set([root]);
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}

function readProcess(pid: number): Process[] {
  // After the name, which may have spaces and brackets: state, parent; user and system time are the 12th and 13th.
  const fields = readProc(pid, 'stat')
    .replace(/^.*\) /su, '')
    .split(' ');
  if (fields.length < 13) return [];
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return [{ pid, parent: Number(fields[1]), cpuSeconds }];
}

/** Of a process that has ended, nothing. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
