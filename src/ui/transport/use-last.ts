/** What was chosen stays among the choices when it is left: a slip loses nothing. */
import { useState } from 'react';

/** A value, or the one before it as long as the component is there. */
export function useLast<Value>(value: Value | null): Value | null {
  const [last, setLast] = useState(value);
  if (value !== null && value !== last) setLast(value);
  return value ?? last;
}
