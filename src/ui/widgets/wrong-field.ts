/** Fields whose text cannot be taken. */

/**
 * Brings the keyboard to the first field that holds what cannot be taken: whatever is begun now would go by the value before it.
 *
 * @returns whether there is one
 */
export function focusWrongField(): boolean {
  const wrong = document.querySelector<HTMLElement>('input[aria-invalid="true"]');
  wrong?.focus();
  return wrong !== null;
}
