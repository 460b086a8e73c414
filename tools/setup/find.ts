/**
 * Owns what tests run on: finds Chromium and the Vulkan driver once, and remembers them until a file changes.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findChromium } from './chromium.ts';
import { thisSystem } from './system.ts';
import { findVulkan, type DriverEnv } from './vulkan.ts';

const MEMORY = fileURLToPath(new URL('../../node_modules/.cache/mien/found.json', import.meta.url));

const Finding = z.object({
  /** What was asked for in the environment. */
  asked: z.string(),
  /** Files the finding rests on, with the time they were last changed. */
  files: z.record(z.string(), z.number()),
  env: z.record(z.string(), z.string()),
});
type Finding = z.infer<typeof Finding>;

const Findings = z.record(z.string(), Finding);

/** The environment that names a Chromium with WebGPU, as `CHROMIUM_PATH`. */
export async function chromiumEnv(): Promise<{ CHROMIUM_PATH: string }> {
  const asked = process.env['CHROMIUM_PATH'] ?? '';
  const env = await remembered('chromium', asked, async () => ({
    CHROMIUM_PATH: await findChromium(thisSystem),
  }));
  return { CHROMIUM_PATH: env['CHROMIUM_PATH'] ?? '' };
}

/** The environment in which Dawn finds its Vulkan driver. */
export function vulkanEnv(): Promise<DriverEnv> {
  const asked = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'] ?? '';
  return remembered('vulkan', asked, async () => findVulkan(thisSystem, await chromiumOrNull()));
}

async function chromiumOrNull(): Promise<string | null> {
  try {
    return (await chromiumEnv()).CHROMIUM_PATH;
  } catch (error) {
    console.warn(String(error));
    return null;
  }
}

async function remembered(name: string, asked: string, find: () => Promise<DriverEnv>): Promise<DriverEnv> {
  const before = recall()[name];
  if (before?.asked === asked && unchanged(before)) return before.env;
  const env = await find();
  const files = Object.values(env)
    .filter((value) => changedMs(value) !== null)
    .map((path) => [path, changedMs(path) ?? 0] as const);
  const findings = {
    ...recall(),
    [name]: { asked, files: Object.fromEntries(files), env } satisfies Finding,
  };
  mkdirSync(dirname(MEMORY), { recursive: true });
  writeFileSync(MEMORY, JSON.stringify(findings, null, 2));
  return env;
}

/** A finding that names no file (the machine's own driver) is made anew each time: nothing shows that it changed. */
const unchanged = ({ files }: Finding): boolean =>
  Object.keys(files).length > 0 &&
  Object.entries(files).every(([path, changed]) => changedMs(path) === changed);

const changedMs = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;

function recall(): Record<string, Finding> {
  try {
    return Findings.parse(JSON.parse(readFileSync(MEMORY, 'utf8')));
  } catch (error) {
    // None yet, or written by another version: finding again is all it costs.
    if (error instanceof Error) return {};
    throw error;
  }
}
