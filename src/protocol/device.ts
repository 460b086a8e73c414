/** What the engine says of the device it runs on, and the one place that words it: for the device line and its list, run records, reports and the terminal. */
import * as z from 'zod/mini';
import { VERSION } from '../lib/version.ts';

/** The tfjs backends, best first where a GPU is present. */
export const BackendSchema = z.enum(['webgpu', 'webgl', 'wasm', 'cpu']);
export type Backend = z.infer<typeof BackendSchema>;

/** `auto` follows the policy; a backend's name overrides it. */
export const BackendChoiceSchema = z.union([z.literal('auto'), BackendSchema]);
export type BackendChoice = z.infer<typeof BackendChoiceSchema>;

/** What each backend is called. */
export const BACKEND_NAMES: Readonly<Record<Backend, string>> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'wasm',
  cpu: 'cpu',
};

/** A device in words, for example `WebGPU · Apple M3` or `wasm · 4 threads`; of one that is not there, its backend. */
export function deviceText({
  backend,
  available,
  name,
}: Pick<ProbeResult, 'backend' | 'available' | 'name'>): string {
  return available ? `${BACKEND_NAMES[backend]} · ${name}` : BACKEND_NAMES[backend];
}

/** `one thread`, `4 threads`. */
export function threadsText(threads: number): string {
  return threads === 1 ? 'one thread' : `${threads.toString()} threads`;
}

/** One candidate of the probe and what was found. */
export interface ProbeResult {
  readonly backend: Backend;
  /** Whether this page and machine can run it at all. */
  readonly available: boolean;
  /** Whether the policy would take it (a software adapter is available but not suitable). */
  readonly suitable: boolean;
  /** The adapter's or the runtime's own name, for example `SwiftShader` or `4 threads`; empty where there is none. */
  readonly name: string;
  /** One plain clause: why it was taken or passed over. */
  readonly why: string;
}

/** Which ways a run's matrix products took on WebGPU. */
export interface GpuKernels {
  /** The same on the same adapter, by the same browser, with the same programs. */
  readonly on: string;
  /** By classes of layers; a class that is not named took what Mien has a table for. */
  readonly ways: Readonly<Record<string, string>>;
}

/** What was measured of the ways on a device, and is kept there. */
export interface MeasuredKernels {
  /** As {@link deviceText} has it. */
  readonly device: string;
  /** In ms since 1970. */
  readonly measuredAtMs: number;
  /** As in {@link GpuKernels}: the fastest of each class. */
  readonly ways: GpuKernels['ways'];
  /** By the same classes, how many times as fast as the table's they are. */
  readonly gains: Readonly<Record<string, number>>;
  /** As {@link measuredBy} has it. Absent in what an earlier version measured. */
  readonly by?: string | undefined;
}

/** What measures here: page and engine of one version in one browser say the same. */
export function measuredBy(): string {
  const browser = typeof navigator === 'undefined' ? '' : navigator.userAgent;
  return `Mien ${VERSION}, ${browser}`;
}

/** Whether WebGPU computes in software, which a policy does not choose. */
export const isSoftwareGpu = ({ candidates }: Pick<DeviceReport, 'candidates'>): boolean =>
  candidates.some(({ backend, suitable }) => backend === 'webgpu' && !suitable);

export interface DeviceReport {
  readonly backend: Backend;
  /** As {@link deviceText} has it. */
  readonly label: string;
  /** One plain sentence: why this one. */
  readonly why: string;
  readonly chosenBy: 'policy' | 'user';
  readonly candidates: readonly ProbeResult[];
}
