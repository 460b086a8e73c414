/**
 * One session: a device, an opened set, and the networks that its runs leave. The worker and the headless command both
 * drive it; it knows nothing of messages or files.
 */
import type { Dataset } from '../data/dataset.ts';
import { describeSource } from '../data/open-dataset.ts';
import type { TrainedNetwork } from '../exporters/exporter.ts';
import { Packing } from '../exporters/package/package.ts';
import { findExporter } from '../exporters/registry.ts';
import { SessionCaches } from '../frozen/session-caches.ts';
import type { SetFile } from '../models/weights/files/file-set.ts';
import type { Platform } from '../platform/platform.ts';
import type { BackendChoice, DeviceReport, GpuKernels } from '../protocol/device.ts';
import type { RateSweep, ResumableRun, RunResult } from '../protocol/events.ts';
import type { BroughtRun } from '../protocol/runs/kept.ts';
import type { Picked, Requests, SavedFile } from '../protocol/messages.ts';
import type { FullRecipe } from '../protocol/recipe/full-recipe.ts';
import type { Recipe, Simd } from '../protocol/recipe/recipe.ts';
import type { SourceDescription } from '../protocol/set/dataset.ts';
import { asRun } from './catalog.ts';
import type { CheckpointHead } from './checkpoints/checkpoint.ts';
import { runsLeft } from './checkpoints/resumable.ts';
import { CurrentDevice } from './device/current-device.ts';
import type { Device } from './device/device.ts';
import { goByTable, gpuKernels } from './device/gpu-kernels.ts';
import { notedKernels } from './device/arithmetic.ts';
import { computing } from './device/simd.ts';
import type { WasmSetup } from './device/wasm.ts';
import { FaceFinder } from './faces.ts';
import { broughtBack, type Brought } from './network/bring-back.ts';
import type { Network } from './network/network.ts';
import { keptNetwork } from './kept/kept-network.ts';
import { keepBrought, takeOtherPhase } from './kept/returning.ts';
import { KeptRuns } from './kept/kept-runs.ts';
import { NetworkDescriptions } from './network/descriptions.ts';
import { rebuildNetwork } from './network/rebuild.ts';
import { exportable, type Trained } from './network/trained.ts';
import { Tries } from './predict/tries.ts';
import { findRate, phaseOf } from './run/find-rate.ts';
import { setAndNetwork } from './run/prepared.ts';
import { runRecipe } from './run/run.ts';
import { waiting, type Heard, type TrainOptions } from './run/train-options.ts';
import { drained, timedInto, untilDone, type Attempt } from './run/until-done.ts';
import { OpenSet } from './set/open-set.ts';
import { pickedNames } from './set/picked.ts';
import { Tokens } from './set/tokens.ts';
import { Uploads } from './upload/uploads.ts';

/** What a run or a sweep stands on. */
interface Prepared {
  readonly simd: Simd | null;
  readonly kernels: string;
  readonly halves: boolean;
  readonly device: Device;
  readonly gpuKernels: GpuKernels | null;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly caches: SessionCaches;
}

export class Session {
  /** Of the servers that sets come from. */
  readonly tokens = new Tokens();
  readonly set: OpenSet;
  readonly descriptions: NetworkDescriptions;
  /** The runs that ended, on this machine or in this session. */
  readonly kept: KeptRuns;
  /** Networks of theirs that are tried on pictures. */
  readonly tries: Tries;
  /** In pictures of sets and in those that are tried. */
  readonly faces: FaceFinder;
  /** What is published of them. */
  readonly uploads: Uploads;
  readonly #devices: CurrentDevice;
  /** The last trained network, for as long as it is on the device. */
  #trained: Trained | null = null;
  #caches: SessionCaches | null = null;

  constructor(
    readonly platform: Platform,
    wasm: WasmSetup,
  ) {
    this.#devices = new CurrentDevice({ platform, wasm }, () => this.#leaveDevice());
    this.faces = new FaceFinder(platform, () => this.#devices.ready());
    this.set = new OpenSet(platform, this.tokens, this.faces);
    this.kept = new KeptRuns(platform);
    this.descriptions = new NetworkDescriptions(platform, this.kept);
    this.uploads = new Uploads((runId, work) => this.#withPacking(runId, work));
    this.tries = new Tries({
      ...{ platform, faces: this.faces, dataset: () => this.set.dataset },
      record: (runId) => this.kept.record(runId),
      withNetwork: (runId, work) => this.#withNetwork(runId, work),
    });
  }

  get device(): Device | null {
    return this.#devices.device;
  }

  /** Takes a device. */
  async chooseDevice(backend: BackendChoice): Promise<DeviceReport> {
    return (await this.#devices.take(backend)).report;
  }

  /** What a recipe's source would open. */
  describeSource(dataset: Recipe['dataset'], signal: AbortSignal): Promise<SourceDescription> {
    return describeSource(dataset, { platform: this.platform, tokenFor: this.tokens.for, signal });
  }

  /**
   * Carries a recipe out from wherever things stand: device, set, weights, phases, test. A GPU that goes away is taken
   * anew and the run goes on from its last checkpoint.
   *
   * @throws StudioError; DOMException `AbortError` when cancelled
   */
  async train(asked: Recipe, given: TrainOptions): Promise<RunResult> {
    const recipe = asRun(asked);
    const options = waiting(given);
    return untilDone(this, recipe, options, (attempt) => this.#carryOut(recipe, options, attempt));
  }

  /**
   * Tries learning rates out for a phase, once the phases before it are carried out. The trained network of an earlier
   * run stays.
   *
   * @throws StudioError; DOMException `AbortError` when cancelled
   */
  async findRate(asked: Requests['findRate']['input'], heard: Heard): Promise<RateSweep> {
    const { phaseIndex } = asked;
    const { control, emit } = heard;
    const recipe = asRun(asked.recipe);
    phaseOf(recipe, phaseIndex);
    const timed = timedInto({}, control);
    return this.#prepared(recipe, null, { ...asked, ...heard }, timed, async (prepared) => {
      try {
        return await drained(findRate({ recipe, control, ...prepared }, phaseIndex), emit);
      } catch (error) {
        throw control.signal.aborted ? error : prepared.device.lossOr(error);
      } finally {
        prepared.network.model.dispose();
      }
    });
  }

  /** The runs that can go on from a checkpoint, after one, if it is named, was discarded; see {@link runsLeft}. */
  async runsLeft(discarded?: string): Promise<ResumableRun[]> {
    const left = await runsLeft(this.platform, discarded);
    // The network of one that is finished is here, though its checkpoints are all that is stored of it.
    return left.filter(({ runId }) => !this.kept.isUnstored(runId));
  }

  /**
   * Writes a run's network as a file, whether it is on the device or has to be put together again.
   *
   * @throws StudioError `export/unknown-format`, `export/no-such-run`, `model/weights-changed`, `net/…`
   */
  async export(format: string, runId: string): Promise<SavedFile> {
    const exporter = findExporter(format);
    return this.#withPacking(runId, (packing) => packing.zip(exporter));
  }

  /**
   * Takes back a network that was exported, among those of this machine; nothing else of the session changes.
   *
   * @throws StudioError `model/…`, before anything is kept
   */
  async bringBack(files: readonly SetFile[]): Promise<BroughtRun> {
    return keepBrought(this.kept, await this.broughtBack(files));
  }

  /** An exported network as values, kept nowhere. @throws StudioError `model/…` */
  async broughtBack(files: readonly SetFile[]): Promise<Brought> {
    return broughtBack(files, this.platform, (await this.#devices.ready()).report);
  }

  /**
   * Has a finished run end with the network of its other phase; it is kept in place of the one before.
   *
   * @throws StudioError `export/no-such-run`, `export/no-other-phase`, `storage/…`
   */
  async takeOtherPhase(runId: string): Promise<RunResult> {
    if (this.#trained?.result.runId === runId) this.#forgetTrained();
    return takeOtherPhase(this.kept, runId);
  }

  /** That of the last run, ready to be written. @throws StudioError `export/nothing-trained` */
  packing(): Packing {
    return new Packing(this.trainedNetwork(), this.platform);
  }

  /** That of the last run. @throws StudioError `export/nothing-trained` */
  trainedNetwork(): TrainedNetwork {
    return exportable(this.#trained, this.set.opened);
  }

  /** Gives up all that it holds, of the device and of what is kept. */
  async close(): Promise<void> {
    this.#forgetTrained();
    await this.#caches?.clear();
    this.#caches = null;
    await this.kept.close();
    await this.set.close();
    this.faces.forget();
  }

  /** Does something with a run's network on the device, where it is still there or is put together again. */
  async #withNetwork<Output>(
    runId: string,
    work: (trained: Trained) => Output | Promise<Output>,
  ): Promise<Output> {
    await this.#devices.ready();
    if (this.#trained?.result.runId === runId) return work(this.#trained);
    // Its kept values are given up here: on the device it is there once.
    const trained = await this.kept.use(runId, async (network): Promise<Trained> => {
      const { result, labels, preprocessing } = network;
      return { result, labels, preprocessing, model: await rebuildNetwork(network, this.platform) };
    });
    try {
      return await work(trained);
    } finally {
      trained.model.dispose();
    }
  }

  #withPacking<Output>(runId: string, work: (packing: Packing) => Promise<Output>): Promise<Output> {
    return this.#withNetwork(runId, (trained) =>
      work(new Packing(exportable(trained, this.set.opened), this.platform)),
    );
  }

  async #leaveDevice(): Promise<void> {
    this.#forgetTrained();
    this.faces.forget();
    const caches = this.#caches;
    this.#caches = null;
    await caches?.clear();
  }

  async #carryOut(recipe: FullRecipe, options: TrainOptions, attempt: Attempt): Promise<RunResult> {
    const { control, emit, isTested = true } = options;
    const secondsByStage: Record<string, number> = {};
    // The one before is kept as values; the device has room for one.
    this.#forgetTrained();
    const timed = timedInto(secondsByStage, control);
    return this.#prepared(recipe, attempt.from?.head ?? null, options, timed, async (prepared) => {
      const { network } = prepared;
      try {
        const checkpoints = { ...attempt, picked: pickedNames(options) };
        const run = { recipe, control, isTested, ...prepared, secondsByStage, checkpoints };
        const { result, ended, changed, other } = await drained(runRecipe(run), emit);
        const { summary } = prepared.dataset;
        const values = await keptNetwork(network, result, summary.labels, changed, other);
        const record = { result, ended, dataset: summary };
        const isKept = result.history.length > 0;
        const trouble = isKept ? await this.kept.keep({ record, network: values }) : null;
        // What a run could go on from is forgotten once it is safe.
        if (trouble === null) await attempt.keeper.forget();
        else emit({ kind: 'notice', of: 'run', notice: trouble.toWire() });
        this.#trained = { ...values, model: network.model };
        return result;
      } finally {
        if (this.#trained?.model !== network.model) network.model.dispose();
      }
    });
  }

  /** Does work with a recipe's device, set and network, each said once it is there. The work disposes the network's model. */
  async #prepared<Output>(
    recipe: FullRecipe,
    before: CheckpointHead | null,
    options: Picked & Heard,
    timed: ReturnType<typeof timedInto>,
    work: (prepared: Prepared) => Promise<Output>,
  ): Promise<Output> {
    const { emit } = options;
    const device =
      this.device?.loss === null ? this.device : await timed('device', () => this.#devices.ready());
    const on = { device: device.report, host: this.#devices.host, emit };
    return computing(recipe, before, on, async (how) => {
      const { platform } = this;
      const kernels = await gpuKernels({ device, recipe, platform, kernels: notedKernels(how), before });
      const opened = await setAndNetwork(recipe, this, options, timed);
      const taken = await kernels(emit).catch((error: unknown) => {
        opened.network.model.dispose();
        throw error;
      });
      const caches = (this.#caches ??= new SessionCaches(platform));
      return work({ device, ...how, gpuKernels: taken, ...opened, caches }).finally(goByTable);
    });
  }

  #forgetTrained(): void {
    this.tries.forget();
    this.#trained?.model.dispose();
    this.#trained = null;
  }
}
