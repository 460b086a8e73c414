/** What is said where a kept run cannot be stored, found, taken apart or deleted. */
import { StudioError } from '../../protocol/errors.ts';

export function notStored(cause: StudioError): StudioError {
  const room = cause.code === 'storage/full' ? ' Or delete runs that you no longer need, under Results.' : '';
  return new StudioError({
    code: cause.code,
    message: `The run could not be stored: ${cause.message}`,
    hint: `It is here for as long as this tab is open: take its network home before you close it.${room}`,
    cause,
  });
}

export function isNeeded(): StudioError {
  return new StudioError({
    code: 'storage/needed',
    message:
      'A run was to be deleted for good; it answers in an ensemble that is kept, which would be nothing without it.',
    hint: 'Delete the ensemble first; the run is not in your way until then.',
  });
}

export function ofSeveral(): StudioError {
  return new StudioError({
    code: 'export/several-networks',
    message: 'A run with one network was expected; this one is several networks that answer together.',
    hint: 'Take one of its members: each is kept as a run of its own.',
  });
}

export function noSuchRun(): StudioError {
  return new StudioError({
    code: 'export/no-such-run',
    message: 'A run was expected among those that are kept on this machine; it is not there, or is damaged.',
    hint: 'Take another from the list, or train again.',
  });
}
