/** Schedules that go by the step alone: constant, warm-up, cosine. */
import type { OptionSpec } from '../../protocol/catalog.ts';
import { python } from '../../lib/python.ts';
import { numberOption, type Options } from '../../protocol/recipe/options.ts';
import { byStep, type KerasSchedule, type ScheduleKind, type SchedulePhase } from './schedule.ts';

const warmUpOption = (epochs: number): OptionSpec => ({
  kind: 'number',
  name: 'warmUpEpochs',
  label: 'Warm-up',
  help: 'Epochs, also parts of one, over which the rate climbs from zero.',
  default: epochs,
  min: 0,
  max: 10_000,
  step: 1,
});

export const constant: ScheduleKind = {
  entry: {
    name: 'constant',
    label: 'Constant',
    help: 'The same rate in every step, as in the paper.',
    options: [],
  },
  create: (_options, { learningRate }) => byStep(() => learningRate),
  keras: (_options, { learningRate }) => ({ rate: python(learningRate), callback: null }),
};

export const warmUp: ScheduleKind = {
  entry: {
    name: 'warmUp',
    label: 'Warm-up',
    help: 'Climbs from zero, then stays: the first steps do not shake what the network knows.',
    options: [warmUpOption(1)],
  },
  create(options, phase) {
    const steps = warmUpSteps(options, phase);
    return byStep((step) => (step < steps ? (phase.learningRate * step) / steps : phase.learningRate));
  },
  keras: (options, phase) => cosineDecay(options, phase, 1),
};

/** @see keras.optimizers.schedules.CosineDecay, with an initial rate of 0 where there is a warm-up */
export const cosine: ScheduleKind = {
  entry: {
    name: 'cosine',
    label: 'Cosine',
    help: 'Sinks along half a wave until the last epoch, after a warm-up if you want one.',
    options: [
      warmUpOption(0),
      {
        kind: 'number',
        name: 'end',
        label: 'Rate at the end',
        help: 'What is left of the rate in the last step: 0 is nothing, 1 is all.',
        default: 0,
        min: 0,
        max: 1,
        step: 0.01,
      },
    ],
  },
  create(options, phase) {
    const { learningRate, epochs, stepsPerEpoch } = phase;
    const climb = warmUpSteps(options, phase);
    const decay = Math.max(1, epochs * stepsPerEpoch - climb);
    const end = numberOption(options, 'end');
    return byStep((step) => {
      if (step < climb) return (learningRate * step) / climb;
      const done = Math.min(step - climb, decay) / decay;
      return learningRate * ((1 - end) * 0.5 * (1 + Math.cos(Math.PI * done)) + end);
    });
  },
  keras: (options, phase) => cosineDecay(options, phase, numberOption(options, 'end')),
};

/** Keras has a climb in its cosine alone: with an end of 1 that stays where it has climbed to. */
function cosineDecay(
  options: Options,
  { learningRate, epochs }: Pick<SchedulePhase, 'learningRate' | 'epochs'>,
  end: number,
): KerasSchedule {
  const warmUpEpochs = numberOption(options, 'warmUpEpochs');
  const rate = python(learningRate);
  const climb = `round(${python(warmUpEpochs)} * steps)`;
  const warm = warmUpEpochs > 0 ? `, warmup_target=${rate}, warmup_steps=${climb}` : '';
  const decay = `max(1, ${python(epochs)} * steps - ${climb})`;
  return {
    rate: `keras.optimizers.schedules.CosineDecay(${warmUpEpochs > 0 ? '0.0' : rate}, ${decay}, alpha=${python(end)}${warm})`,
    callback: null,
  };
}

function warmUpSteps(options: Options, { stepsPerEpoch }: SchedulePhase): number {
  return Math.round(numberOption(options, 'warmUpEpochs') * stepsPerEpoch);
}
