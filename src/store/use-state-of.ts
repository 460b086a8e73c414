/** State that must not outlive what it is about. */
import { useCallback, useState } from 'react';

/**
 * State that belongs to something, such as a place in a set: with another owner it begins anew, so that nobody looks
 * for a place of the old one in the new one.
 *
 * @param owner told from others by identity
 */
export function useStateOf<Value>(
  owner: unknown,
  initial: Value,
): readonly [value: Value, set: (value: Value) => void] {
  const [state, setState] = useState({ owner, value: initial });
  const set = useCallback((value: Value) => setState({ owner, value }), [owner]);
  return [state.owner === owner ? state.value : initial, set];
}
