/**
 * Which device a run uses. The policy: WebGPU on hardware, WebGL on hardware, wasm, cpu; a software adapter counts as
 * no GPU, because it is some 90 times slower than wasm. The user can override.
 */
import {
  BACKEND_NAMES,
  deviceText,
  threadsText,
  type Backend,
  type BackendChoice,
  type DeviceReport,
  type ProbeResult,
} from '../../protocol/device.ts';
import { StudioError } from '../../protocol/errors.ts';
import { activate } from './activate.ts';
import { checkDevice } from './device-check.ts';
import { forgetLostGpu, lossOf, watchedGpu } from './device-loss.ts';
import { probeDevices } from './probe.ts';
import { startWasm, wasmThreads, type DeviceHost } from './wasm.ts';

/** A device that was taken. */
export class Device {
  constructor(
    readonly report: DeviceReport,
    readonly gpu: GPUDevice | null,
  ) {}

  /** Why it went away, in a few words; null while it is there. */
  get loss(): string | null {
    return lossOf(this.gpu);
  }

  /** What to throw for an error of work on it: if it went away, that is the reason. */
  lossOr(error: unknown): unknown {
    if (this.loss === null) return error;
    return new StudioError({
      code: 'gpu/lost',
      message: `The GPU went away during the run (${this.loss}).`,
      hint: 'Train again: the GPU is asked for anew. If it goes away again, choose another device in the device line.',
      retryable: true,
      cause: error,
    });
  }
}

/**
 * Probes, chooses, starts and checks a backend. When the policy's first choice does not start or computes wrongly, the
 * next one is taken, and the report says so.
 *
 * @throws StudioError `gpu/unavailable` when the chosen one cannot run here, `gpu/start-failed` when it does not start,
 * `gpu/wrong-results` when it computes something else than cpu
 */
export async function startDevice(choice: BackendChoice, host: DeviceHost): Promise<Device> {
  const candidates = [...(await probeDevices(host))];
  for (;;) {
    const chosen = candidates.find(({ backend, available, suitable }) =>
      choice === 'auto' ? suitable : backend === choice && available,
    );
    if (chosen === undefined) throw unavailable(choice, candidates);
    const { backend } = chosen;
    const failure = await startChecked(backend, host);
    if (failure !== null) {
      if (choice !== 'auto') throw failure;
      candidates[candidates.indexOf(chosen)] = { ...chosen, suitable: false, why: failure.message };
      continue;
    }
    // How many threads there are is known once they run.
    const taken = backend === 'wasm' ? { ...chosen, name: threadsText(wasmThreads()) } : chosen;
    candidates[candidates.indexOf(chosen)] = taken;
    const report: DeviceReport = {
      backend,
      label: deviceText(taken),
      why: whyChosen(choice, taken, candidates),
      chosenBy: choice === 'auto' ? 'policy' : 'user',
      candidates,
    };
    return new Device(report, watchedGpu());
  }
}

/** Starts a backend and holds it against cpu; why that failed, whatever was thrown, or null. */
async function startChecked(backend: Backend, host: DeviceHost): Promise<StudioError | null> {
  let gpu: GPUDevice | null = null;
  try {
    forgetLostGpu();
    await (backend === 'wasm' ? startWasm(host) : activate(backend));
    gpu = watchedGpu();
    await checkDevice(backend);
    return null;
  } catch (error) {
    if (error instanceof StudioError && error.code === 'gpu/wrong-results') return error;
    const loss = lossOf(gpu);
    const reason = loss === null ? reasonOf(error) : `it went away while it was tried (${loss})`;
    return new StudioError({
      code: 'gpu/start-failed',
      message: `${BACKEND_NAMES[backend]} was found but did not start: ${reason}`,
      hint: 'Choose another device in the device line, or reload the page.',
      retryable: true,
      cause: error,
    });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function whyChosen(choice: BackendChoice, chosen: ProbeResult, candidates: readonly ProbeResult[]): string {
  if (choice !== 'auto') return 'You chose it.';
  const better = candidates.slice(0, candidates.indexOf(chosen));
  const [first] = better.filter(({ available }) => available);
  return first === undefined ? chosen.why : `${first.why} ${chosen.why}`;
}

function unavailable(choice: BackendChoice, candidates: readonly ProbeResult[]): StudioError {
  const found = candidates.find(({ backend }) => backend === choice);
  return new StudioError({
    code: 'gpu/unavailable',
    message:
      `${choice === 'auto' ? 'A device' : BACKEND_NAMES[choice]} was asked for; there is none. ${found?.why ?? ''}`.trim(),
    hint: 'Choose another device in the device line, or the best there is; in a terminal by --backend.',
  });
}
