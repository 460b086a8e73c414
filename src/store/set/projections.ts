/** Laying pictures out in a plane, for the map of them: loaded with it alone. */
export { project } from '../../client/projection.ts';
