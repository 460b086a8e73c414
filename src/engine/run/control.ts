/** The switches of a run, for whoever drives a session. */
export { RunControl } from '../../training/control.ts';
