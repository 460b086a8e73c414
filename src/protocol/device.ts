/** What the engine says of the device it runs on. */
import * as z from 'zod/mini';

/** The tfjs backends, best first where a GPU is present. */
export const BackendSchema = z.enum(['webgpu', 'webgl', 'wasm', 'cpu']);
export type Backend = z.infer<typeof BackendSchema>;

/** `auto` follows the policy; a backend's name overrides it. */
export const BackendChoiceSchema = z.union([z.literal('auto'), BackendSchema]);
export type BackendChoice = z.infer<typeof BackendChoiceSchema>;

/** One candidate of the probe and what was found. */
export interface ProbeResult {
  readonly backend: Backend;
  /** Whether this page and machine can run it at all. */
  readonly available: boolean;
  /** Whether the policy would take it (a software adapter is available but not suitable). */
  readonly suitable: boolean;
  /** The adapter's or the runtime's own name, for example `SwiftShader` or `4 threads`. */
  readonly name: string;
  /** One plain clause: why it was taken or passed over. */
  readonly why: string;
}

export interface DeviceReport {
  readonly backend: Backend;
  /** For the device line, for example `WebGPU · Apple M3` or `wasm · 4 threads`. */
  readonly label: string;
  /** One plain sentence: why this one. */
  readonly why: string;
  readonly chosenBy: 'policy' | 'user';
  readonly candidates: readonly ProbeResult[];
}
