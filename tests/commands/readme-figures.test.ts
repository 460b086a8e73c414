/** The README's command gives the README's figure, within the tolerance that it states. */
import { expect, it } from 'vitest';
import { measuredFigure, recordedFigure, TOLERANCE } from '../../tools/docs/figures.ts';

it('the starter weights are worth what the README says', { timeout: 300_000 }, () => {
  const [measured, recorded] = [measuredFigure(), recordedFigure()];
  expect(measured.of).toBe(recorded.of);
  expect(Math.abs(measured.right - recorded.right)).toBeLessThanOrEqual(TOLERANCE);
});
