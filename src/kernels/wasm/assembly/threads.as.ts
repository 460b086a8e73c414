/**
 * How threads share one kernel's work, and one kernel after another.
 *
 * Threads are workers with this module in the same memory. A task is cut into parts of the output: of positions, or of channels
 * by the filter, whose sums run over positions. No sum is ever shared between two parts, so that the numbers are the same with
 * any number of threads, to the bit. Each thread has parts that lie side by side, the same from kernel to kernel as far as shapes
 * allow, so that what it has written is in its own cache when it reads it; when it is done it takes what others have not begun,
 * so that a thread that wakes late, or runs on a slow core, does less. A task begins when its generation is counted up, and ends
 * when nobody is pending.
 *
 * Whoever waits looks at the memory for some 200 microseconds first: putting a thread to sleep and waking it takes longer than
 * many a kernel and than what JavaScript does between two of them. With looks for five microseconds, two threads on two cores
 * made a step of MobileNetV2 at 224 1.14 times as fast as one (`npm run bench -- --only threads`), with these 1.7 times.
 */
import { share } from './geometry.as';
import { FIRST, OWN, runPart, Task } from './task.as';

/** Looks at the memory before a thread sleeps. */
const LOOKS: i32 = 200000;

/** Behind the task each thread has a line of the cache, with the count of its parts that nobody has taken, or less than none. */
const LEFT: usize = 128;
const LINE: usize = 64;

/**
 * Does parts until all are taken, its own first. One is taken only while its task is being done, whatever task the thread woke
 * for.
 */
function takeParts(task: Task, thread: i32): void {
  const at = changetype<usize>(task);
  for (let i = 0; i < task.threads; i++) {
    const owner = (thread + i) % task.threads;
    const left = at + LEFT + LINE * <usize>owner;
    for (;;) {
      const before = atomic.sub<i32>(left, 1);
      if (before <= 0) break;
      runPart(task, share(task.parts, owner + 1, task.threads) - before, thread);
      if (atomic.sub<i32>(at, 1, offsetof<Task>('pending')) == 1)
        atomic.notify(at + offsetof<Task>('pending'), 1);
    }
  }
}

/** Does a task, with others where it has several parts, and returns when it is done. */
export function run(task: Task): void {
  const at = changetype<usize>(task);
  if (task.parts == 1) {
    runPart(task, 0, 0);
    return;
  }
  atomic.store<i32>(at, task.parts, offsetof<Task>('pending'));
  for (let thread = 0; thread < task.threads; thread++) {
    const count = share(task.parts, thread + 1, task.threads) - share(task.parts, thread, task.threads);
    atomic.store<i32>(at + LEFT + LINE * <usize>thread, count);
  }
  atomic.add<i32>(at, 1);
  atomic.notify(at, -1);
  takeParts(task, 0);
  for (let look = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(at, offsetof<Task>('pending')) == 0) return;
  }
  for (;;) {
    const pending = atomic.load<i32>(at, offsetof<Task>('pending'));
    if (pending == 0) return;
    atomic.wait<i32>(at + offsetof<Task>('pending'), pending, -1);
  }
}

/** Does one task after another, `count` of them, that lie at `tasks`, and returns when the last is done. */
export function runTasks(task: Task, tasks: usize, count: i32): void {
  for (let i = 0; i < count; i++, tasks += offsetof<Task>()) {
    memory.copy(changetype<usize>(task) + FIRST, tasks + FIRST, OWN);
    run(task);
  }
}

/** A thread's life: takes parts of each task from `generation` on. Never returns. */
export function serve(task: Task, thread: i32, generation: i32): void {
  const at = changetype<usize>(task);
  for (;;) {
    for (let look = 0; look < LOOKS; look++) {
      if (atomic.load<i32>(at) != generation) break;
    }
    while (atomic.load<i32>(at) == generation) atomic.wait<i32>(at, generation, -1);
    generation = atomic.load<i32>(at);
    if (thread < task.threads) takeParts(task, thread);
  }
}
