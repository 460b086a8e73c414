/**
 * Plans: the kernels that pictures pass one after another, laid out once, with places for all that lies between them.
 *
 * Of several pictures each goes through all kernels by itself, depth first, on one thread, in that thread's own room: what a
 * kernel has made is in that core's cache when the next one reads it, whatever the batch, and threads meet once, at the end.
 * Maps that are beyond that cache go by strips of rows, which to a plan are steps as others are (plan/strips.ts). Fewer
 * pictures than threads go through one by one, each kernel on all threads, map by map. Either way every kernel gets one
 * picture, so the bits are the same. The frozen part of eight pictures of MobileNetV2 at 224 takes 119 ms on one thread of a
 * Zen 3 and 61 on two, one answer 19.7 and 11.5 (`npm run bench -- --only threads`).
 *
 * A convolution takes the swish behind it along, block by block, a depthwise one tile by tile. On one thread that is no faster:
 * swish is bound by its arithmetic, wherever its values lie. On all threads it is one meeting less: an answer of EfficientNetB2
 * at 224 takes 33.3 ms on two where it took 34.8.
 */
import { FIRST, runPart, Task } from './task.as';
import { run } from './threads.as';

/** What a {@link Step}'s address is counted from. */
const ROOM: i32 = 1;
const INPUT: i32 = 2;
const OUTPUT: i32 = 3;

/** The head of a plan; its steps lie behind it. In the order in which plan.ts writes them. */
@unmanaged
export class Plan {
  steps: i32;
  /** Of one picture. */
  inBytes: i32;
  outBytes: i32;
}

/** A kernel of a plan: a task whose addresses may be counted from a picture's own places. */
@unmanaged
class Step extends Task {
  /** From memory's beginning, unless it is one of the above. */
  xFrom: i32;
  otherFrom: i32;
  outFrom: i32;
}

/** What of a task a step says itself. */
const COUNT: usize = offsetof<Task>('room') - FIRST;

function from(base: i32, at: usize, room: usize, input: usize, output: usize): usize {
  if (base == ROOM) return room + at;
  if (base == INPUT) return input + at;
  return base == OUTPUT ? output + at : at;
}

/** Has a task be a step's. */
function take(step: Step, task: Task, room: usize, input: usize, output: usize): void {
  memory.copy(changetype<usize>(task) + FIRST, changetype<usize>(step) + FIRST, COUNT);
  task.rows = step.rows;
  task.x = from(step.xFrom, step.x, room, input, output);
  task.other = from(step.otherFrom, step.other, room, input, output);
  task.out = from(step.outFrom, step.out, room, input, output);
}

/** Bytes before a thread's room, for the step that it is at. */
const TASK_BYTES: usize = 128;

/**
 * Takes one picture through a plan.
 *
 * @param task whose `other` is the plan; each thread has `roomBytes` for its step, the kernels' own room, and at the distance
 *   `bias` from its beginning what lies between kernels
 */
export function runPicture(task: Task, picture: i32, thread: i32): void {
  const plan = changetype<Plan>(task.other);
  const own = task.room + task.roomBytes * <usize>thread;
  const local = changetype<Task>(own);
  const input = task.x + <usize>plan.inBytes * <usize>picture;
  const output = task.out + <usize>plan.outBytes * <usize>picture;
  let step = task.other + offsetof<Plan>();
  for (let i = 0; i < plan.steps; i++, step += offsetof<Step>()) {
    take(changetype<Step>(step), local, own + task.bias, input, output);
    local.parts = 1;
    local.room = own + TASK_BYTES;
    local.zero = task.zero;
    runPart(local, 0, 0);
  }
}

/**
 * Takes `pictures` through a plan, one by one, each kernel on all threads.
 *
 * @param task as above, but that `bias` is the address of what lies between kernels
 */
export function runPlan(task: Task): void {
  const at = task.other,
    room = task.bias,
    pictures = task.pictures;
  const plan = changetype<Plan>(at);
  let input = task.x,
    output = task.out;
  for (let picture = 0; picture < pictures; picture++, input += plan.inBytes, output += plan.outBytes) {
    let step = at + offsetof<Plan>();
    for (let i = 0; i < plan.steps; i++, step += offsetof<Step>()) {
      take(changetype<Step>(step), task, room, input, output);
      run(task);
    }
  }
}
