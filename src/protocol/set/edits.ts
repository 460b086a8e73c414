/**
 * What the user changed in a set, as one list of edits in the order they were made. Pictures are named by the hash of
 * their file, classes by their name at that point of the list; so a list holds for a set wherever it lies and however it
 * is split. A recipe names a list by its hash and length; the list itself travels as a file, with the pictures that it adds.
 */
import * as z from 'zod/mini';
import { hashText } from '../../lib/bytes/hash.ts';
import { parseJson, sameText } from '../../lib/json.ts';
import { StudioError } from '../errors.ts';

const className = () => z.string().check(z.minLength(1));
const files = () => z.array(z.string().check(z.minLength(1))).check(z.minLength(1));

const AddedSchema = z.strictObject({ file: z.string(), path: z.string(), to: className() });

const EditSchema = z.discriminatedUnion('do', [
  /** Gives a class another name; where a class has that name already, the two become one. */
  z.strictObject({ do: z.literal('rename'), class: className(), to: className() }),
  z.strictObject({ do: z.literal('leaveOutClass'), class: className() }),
  z.strictObject({ do: z.literal('bringBackClass'), class: className() }),
  z.strictObject({ do: z.literal('relabel'), files: files(), to: className() }),
  z.strictObject({ do: z.literal('leaveOut'), files: files() }),
  z.strictObject({ do: z.literal('bringBack'), files: files() }),
  /** New pictures, each of a class; `path` is what it was called where it came from. */
  z.strictObject({ do: z.literal('add'), pictures: z.array(AddedSchema).check(z.minLength(1)) }),
]);

const EditsFileSchema = z.strictObject({
  mien: z.literal('edits'),
  edits: z.array(EditSchema).check(z.minLength(1)),
  pictures: z._default(z.record(z.string(), z.string()), {}),
});

/** One change. */
export type Edit = z.infer<typeof EditSchema>;

/** A picture that an edit adds: the hash of its file, what it was called, and its class. */
export type AddedPicture = z.infer<typeof AddedSchema>;

/** A list as a file; `pictures` has those that it adds, by the hash of their file, in base64. */
export type EditsFile = z.infer<typeof EditsFileSchema>;

/** The hash of a list that goes on from another: each edit with the hash of all before it. */
export function hashAfter(before: string | null, edit: Edit): string {
  return hashText(sameText([before, edit]));
}

/**
 * Reads a file of edits.
 *
 * @throws StudioError `data/not-edits`
 */
export function parseEditsFile(text: string): EditsFile {
  const parsed = EditsFileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new StudioError({
    code: 'data/not-edits',
    message: `A list of edits was expected, as Mien saves it; what came is none${issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`}.`,
    hint: 'Take the .json file that “Save the edits” wrote.',
  });
}

/** Whether a text is a file of edits, as far as its beginning tells. */
export function isEditsFile(text: string): boolean {
  return /^\s*\{\s*"mien":\s*"edits"/.test(text);
}
