/**
 * The one queue: studies are planned, stored, and carried out run after run. It goes on where it was after the page was
 * loaded anew: what came of each run is stored when it has ended, and a run that was broken off goes on from its checkpoint.
 */
import type { Call } from '../../client/studio-client.ts';
import { newId } from '../../lib/new-id.ts';
import { asStudioError, isAbort } from '../../protocol/errors.ts';
import type { Requests } from '../../protocol/messages.ts';
import type { QueuedStudy, StudyPlan, StudySource } from '../../protocol/runs/queue.ts';
import { isActive, type StudioState } from '../state.ts';
import type { QueueHost } from './queue-host.ts';

export class StudyQueue {
  constructor(readonly host: QueueHost) {}

  /** Looks for what is stored of it. */
  async find(): Promise<void> {
    await this.#list({});
  }

  /** What a study would carry out. @throws StudioError `recipe/…`, with the combination */
  plan(source: StudySource): Promise<StudyPlan> {
    return this.host.engine.request('planStudy', source).result;
  }

  /** Puts a study at the end. */
  async add(plan: StudyPlan): Promise<void> {
    await this.#put({ ...plan, id: newId(), addedAtMs: Date.now(), outcomes: {} });
  }

  /** Takes a study off; its runs stay among the kept ones. */
  async remove(id: string): Promise<void> {
    if (this.#queue.current?.id === id) return;
    const studies = this.#queue.studies.filter((study) => study.id !== id);
    this.host.dispatch({ kind: 'queue', queue: { studies } });
    await this.#list({ change: { remove: id } });
  }

  /** Carries out what waits, until nothing does, it is stopped, or a run cannot be carried out. */
  async start(): Promise<void> {
    const { dispatch, engine, state } = this.host;
    if (this.#queue.doing !== 'nothing' || isActive(state().run)) return;
    dispatch({ kind: 'queue', queue: { doing: 'running', failure: null } });
    let hold: Call<'holdQueue'> | null = null;
    try {
      await new Promise<void>((resolve, reject) => {
        hold = engine.request('holdQueue', {}, () => resolve());
        hold.result.catch(reject);
      });
      const { QueueWork } = await import('./queue-work.ts');
      const work = new QueueWork(this.host, (study) => this.#put(study));
      while (await work.next());
    } catch (error) {
      if (!isAbort(error)) dispatch({ kind: 'queue', queue: { failure: asStudioError(error).toWire() } });
    } finally {
      (hold as Call<'holdQueue'> | null)?.control('cancel');
      dispatch({ kind: 'queue', queue: { doing: 'nothing', current: null } });
    }
    await this.host.settle();
  }

  /** Breaks the run at hand off, to go on from its last epoch when the queue is started again. */
  stop(): void {
    if (this.#queue.doing !== 'running') return;
    this.host.dispatch({ kind: 'queue', queue: { doing: 'stopping' } });
    this.host.runs.breakOff();
  }

  get #queue(): StudioState['queue'] {
    return this.host.state().queue;
  }

  /** What cannot be stored is on the page as long as this tab is open. */
  async #put(study: QueuedStudy): Promise<void> {
    const { studies } = this.#queue;
    const isKnown = studies.some(({ id }) => id === study.id);
    const next = isKnown ? studies.map((each) => (each.id === study.id ? study : each)) : [...studies, study];
    this.host.dispatch({ kind: 'queue', queue: { studies: next } });
    await this.#list({ change: { put: study } });
  }

  async #list(input: Requests['listQueue']['input']): Promise<void> {
    const { studies, trouble } = await this.host.engine.request('listQueue', input).result;
    if (trouble === null) this.host.dispatch({ kind: 'queue', queue: { studies } });
    else this.host.dispatch({ kind: 'queue', queue: { failure: trouble } });
  }
}
