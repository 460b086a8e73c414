/** When a set can be changed. */
import { isActive } from '../../../store/state.ts';
import { useStudioState } from '../../studio-context.ts';

/** Not while a run goes on, whose set is fixed, nor before there is one. */
export function useCanEdit(): boolean {
  return useStudioState((state) => !isActive(state.run) && state.dataset.value !== null);
}
