/**
 * Serves requests. Those that change the session (device, set, network) wait for each other, in the order they came;
 * those that may run beside a run are served at once; so is control. Each request gets exactly one
 * `done`, `failed` or `cancelled`.
 */
import { forgetAll } from '../engine/forget.ts';
import { makeEnsemble } from '../engine/kept/ensembles.ts';
import { reportOf } from '../engine/kept/reports.ts';
import { picturesOfOpenSet } from '../engine/kept/run-file/pictures.ts';
import { lookIntoRuns, saveRuns, takeRuns } from '../engine/kept/run-file/run-file.ts';
import { pickedSet, recognise } from '../engine/recognise.ts';
import type { Session } from '../engine/session.ts';
import type { SetWork } from '../engine/set/open-set.ts';
import { askTest } from '../engine/studies/ask-test.ts';
import { changeQueue, holdQueue, planOf } from '../engine/studies/queue.ts';
import { blobSource } from '../platform/remote/byte-source.ts';
import { asStudioError, isAbort } from '../protocol/errors.ts';
import type { RunEvent } from '../protocol/events.ts';
import type { Control, FromWorker, Request, RequestKind, Requests, ToWorker } from '../protocol/messages.ts';
import { RunControl } from '../training/control.ts';
import { deleteStored, listStored, saveKeptSet } from '../engine/set/stored.ts';

type Output = Requests[RequestKind]['output'];

/** Requests that may run beside a run: they only read, or leave the session as it is. */
const BESIDE_A_RUN: ReadonlySet<RequestKind> = new Set([
  'describeSource',
  'useToken',
  'pictures',
  'thumbnails',
  'describePictures',
  'views',
  'describeModel',
  'inspectWeights',
  'listRuns',
  'listKept',
  'openKept',
  'saveRuns',
  'report',
  'lookIntoRuns',
  'takeRuns',
  'listStored',
  'deleteStored',
  'storeSet',
  'saveSet',
  'saveEdits',
  'takeEdits',
  'recognise',
  'upload',
  'planStudy',
  'listQueue',
  'holdQueue',
]);

export class Dispatcher {
  readonly #controls = new Map<number, RunControl>();
  #queue: Promise<void> = Promise.resolve();

  constructor(
    readonly session: Session,
    readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
  ) {}

  receive(message: ToWorker): void {
    if (message.kind === 'control') this.#control(message);
    else this.#enqueue(message);
  }

  #control({ id, action }: Control): void {
    // A request that has ended hears nothing more.
    this.#controls.get(id)?.[action]();
  }

  #enqueue(request: Request): void {
    const { id } = request;
    const emit = (event: RunEvent): void => {
      if (this.#controls.has(id)) this.post({ kind: 'event', id, event });
      // Pictures of an open set may still come: what must be known of them is said when it is known.
      else if (event.kind === 'notice') this.post({ kind: 'late', event });
    };
    const control = new RunControl((state) => {
      emit({ kind: 'state', state });
    });
    this.#controls.set(id, control);
    if (BESIDE_A_RUN.has(request.kind)) void this.#serve(request, control, emit);
    else this.#queue = this.#queue.then(() => this.#serve(request, control, emit));
  }

  async #serve(request: Request, control: RunControl, emit: (event: RunEvent) => void): Promise<void> {
    const { id } = request;
    try {
      control.signal.throwIfAborted();
      const output = await this.#carryOut(request, control, emit);
      this.post({ kind: 'done', id, output }, transferablesOf(output));
    } catch (error) {
      if (isAbort(error)) this.post({ kind: 'cancelled', id });
      else this.post({ kind: 'failed', id, error: asStudioError(error).toWire() });
    } finally {
      this.#controls.delete(id);
    }
  }

  async #carryOut(request: Request, control: RunControl, emit: (event: RunEvent) => void): Promise<Output> {
    const { session } = this;
    switch (request.kind) {
      case 'chooseDevice':
        return session.chooseDevice(request.input.backend);
      case 'openDataset': {
        const { recipe, ...picked } = request.input;
        return session.set.open(recipe, { ...picked, signal: control.signal, emit });
      }
      case 'recognise':
        return { offers: await recognise(request.input.files) };
      case 'describeSource':
        return session.describeSource(request.input.dataset, control.signal);
      case 'useToken':
        session.tokens.use(request.input.server, request.input.token);
        return {};
      case 'pictures':
        return session.set.pictures(request.input.rows);
      case 'thumbnails':
        return session.set.thumbnails(request.input.rows, request.input.size, control.signal);
      case 'describePictures':
        return session.set.describePictures(request.input.rows);
      case 'views':
        return session.set.views(request.input.recipe, request.input.row, request.input.count);
      case 'describeModel':
        return session.descriptions.describe(request.input.recipe, request.input.classes, request.input);
      case 'inspectWeights': {
        const { recipe, weights, ...picked } = request.input;
        return session.descriptions.inspect(recipe, weights, { ...picked, signal: control.signal });
      }
      case 'train': {
        const { recipe, ...picked } = request.input;
        return session.train(recipe, { ...picked, control, emit });
      }
      case 'findRate':
        return session.findRate(request.input, { control, emit });
      case 'export':
        return session.export(request.input.format, request.input.runId);
      case 'openNetwork':
        return session.tries.open(request.input.runId);
      case 'predict':
        return session.tries.predict(request.input, control.signal);
      case 'occlude':
        return session.tries.occlude(request.input, control.signal);
      case 'askRows':
        return session.tries.askRows(request.input, control.signal);
      default:
        return carryOutKept(session, request, { signal: control.signal, emit });
    }
  }
}

type KeptRequest = Extract<
  Request,
  {
    kind:
      | 'listRuns'
      | 'listKept'
      | 'openKept'
      | 'takeOtherPhase'
      | 'makeEnsemble'
      | 'testOnSet'
      | 'importNetwork'
      | 'prepareUpload'
      | 'upload'
      | 'saveRuns'
      | 'report'
      | 'lookIntoRuns'
      | 'takeRuns'
      | 'listStored'
      | 'deleteStored'
      | 'storeSet'
      | 'saveSet'
      | 'editSet'
      | 'takeEdits'
      | 'saveEdits'
      | 'planStudy'
      | 'listQueue'
      | 'holdQueue'
      | 'askTest'
      | 'forgetAll';
  }
>;

/** Requests for what is kept on this machine. */
async function carryOutKept(session: Session, request: KeptRequest, work: SetWork): Promise<Output> {
  switch (request.kind) {
    case 'listRuns':
      return session.runsLeft(request.input.discard);
    case 'listKept':
      if (request.input.change !== undefined) await session.kept.change(request.input.change);
      return session.kept.list();
    case 'openKept':
      return session.kept.record(request.input.runId);
    case 'takeOtherPhase':
      return session.takeOtherPhase(request.input.runId);
    case 'makeEnsemble':
      return makeEnsemble(session, request.input, work);
    case 'testOnSet': {
      const { runId } = request.input;
      return session.tries.testOnSet(runId, await session.kept.record(runId), work);
    }
    case 'importNetwork':
      return session.bringBack(pickedSet(request.input.files));
    case 'prepareUpload':
      return session.uploads.prepareRun(request.input.runId, request.input.formats);
    case 'upload':
      return session.uploads.send(request.input, work);
    case 'saveRuns':
      return saveRuns(session.kept, request.input.runIds, async (records) =>
        request.input.withPictures ? picturesOfOpenSet(session.set, records, work) : null,
      );
    case 'report':
      return reportOf(session.kept, request.input);
    case 'lookIntoRuns':
      return lookIntoRuns(blobSource(request.input.file));
    case 'takeRuns':
      return takeRuns(session, blobSource(request.input.file), request.input.runIds);
    default:
      return carryOutStored(session, request, work);
  }
}

type StoredRequest = Extract<
  KeptRequest,
  {
    kind:
      | 'listStored'
      | 'deleteStored'
      | 'storeSet'
      | 'saveSet'
      | 'editSet'
      | 'takeEdits'
      | 'saveEdits'
      | QueueRequest['kind'];
  }
>;

/** Requests for sets that are kept, and for the edits of one. */
async function carryOutStored(session: Session, request: StoredRequest, work: SetWork): Promise<Output> {
  switch (request.kind) {
    case 'listStored':
      return listStored(session.platform);
    case 'deleteStored':
      return deleteStored(session.platform, request.input);
    case 'storeSet':
      await session.set.keep(work);
      return listStored(session.platform);
    case 'saveSet':
      return request.input.set === null
        ? session.set.save(work)
        : saveKeptSet(session.platform, request.input.set, work.signal);
    case 'editSet':
      return session.set.edit(request.input, work);
    case 'takeEdits':
      return session.set.takeEdits(request.input.file);
    case 'saveEdits':
      return session.set.saveEdits(request.input.list);
    default:
      return carryOutQueue(session, request, work);
  }
}

type QueueRequest = Extract<
  Request,
  { kind: 'planStudy' | 'listQueue' | 'holdQueue' | 'askTest' | 'forgetAll' }
>;

/** Requests for the queue, and for forgetting everything. */
async function carryOutQueue(session: Session, request: QueueRequest, work: SetWork): Promise<Output> {
  switch (request.kind) {
    case 'planStudy':
      return planOf(request.input, session.platform);
    case 'listQueue':
      return changeQueue(session.platform, request.input.change);
    case 'holdQueue':
      await holdQueue(session.platform, work.signal, () => work.emit({ kind: 'state', state: 'running' }));
      return {};
    case 'askTest':
      return askTest(session, request.input, work);
    case 'forgetAll':
      await forgetAll(session);
      return {};
    default:
      return request satisfies never;
  }
}

/** Pictures are moved, not copied; the worker does not keep them. */
function transferablesOf(output: Output): Transferable[] {
  if ('rgba' in output) return [output.rgba.buffer];
  if ('seen' in output) return [output.seen.rgba.buffer];
  if ('features' in output && output.features !== null) return [output.features.buffer];
  return [];
}
