/**
 * The one error type of Mien. It crosses the worker boundary whole, so that page, headless command and
 * tests see the same code, message and hint.
 */

/** Areas an error can come from; the part of a code before the slash. */
export type ErrorArea = 'gpu' | 'net' | 'data' | 'storage' | 'model' | 'train' | 'export' | 'recipe' | 'bug';

/** A stable, searchable name such as `data/not-parquet`. */
export type ErrorCode = `${ErrorArea}/${string}`;

/** What a {@link StudioError} is made from. */
export interface StudioErrorFields {
  readonly code: ErrorCode;
  /** What was expected and what came. */
  readonly message: string;
  /** What the user can do next. */
  readonly hint: string;
  /** Whether doing the same again may succeed (a dead network, a lost device). */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** A {@link StudioError} as plain data, for `postMessage` and JSON. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly cause: string | null;
}

/** An error with a code, what was expected and what came, and what to do next. */
export class StudioError extends Error {
  override readonly name = 'StudioError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;

  constructor(fields: StudioErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.hint = fields.hint;
    this.retryable = fields.retryable ?? false;
  }

  toWire(): WireError {
    const { code, message, hint, retryable } = this;
    return { code, message, hint, retryable, cause: describeCause(this.cause) };
  }

  static fromWire(wire: WireError): StudioError {
    return new StudioError({ ...wire, cause: wire.cause ?? undefined });
  }
}

/** Turns whatever was thrown into a {@link StudioError}; what is not one already is a fault of ours. */
export function asStudioError(thrown: unknown): StudioError {
  if (thrown instanceof StudioError) return thrown;
  return new StudioError({
    code: 'bug/unexpected',
    message: `Something went wrong inside Mien: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    hint: 'Begin again (a page: reload it); what was stored is kept. If it happens again, please report it with the details.',
    cause: thrown,
  });
}

/** True for the error that an aborted `AbortSignal` throws: cancelling is a state, not an error. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}

function describeCause(cause: unknown): string | null {
  if (cause === undefined || cause === null) return null;
  if (cause instanceof Error) return cause.stack ?? `${cause.name}: ${cause.message}`;
  return typeof cause === 'string' ? cause : JSON.stringify(cause);
}

/**
 * States what must hold by construction.
 *
 * @throws StudioError `bug/invariant`
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition) return;
  throw new StudioError({
    code: 'bug/invariant',
    message: `Something that must hold inside Mien does not: ${message}.`,
    hint: 'Please report it with the details; to go on, begin again (a page: reload it).',
  });
}
