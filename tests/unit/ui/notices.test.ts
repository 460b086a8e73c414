/** Notices of one kind are told apart: React draws one of two that share a key. */
import { expect, it } from 'vitest';
import { Notices } from '../../../src/ui/widgets/Message.tsx';
import { after, readyState } from '../store/samples.ts';

const notice = (message: string) =>
  ({ code: 'storage/full', message, hint: '', retryable: true, cause: null }) as const;

it('every notice that the state holds has a key of its own, also two of one code', () => {
  const said = ['No room for the set', 'No room for its pictures', 'No room for the set'];
  const { notices } = after(
    readyState,
    said.map((message) => ({
      kind: 'opening',
      event: { kind: 'notice', of: 'set', notice: notice(message) },
      atMs: 0,
    })),
  );
  const keys = Notices({ notices }).map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(2);
});
