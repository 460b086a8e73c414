/** Owns the bundle that every painter takes: who, how moved, how seen. */
import type { View } from '../geometry.ts';
import type { Landmarks } from '../face/landmarks.ts';
import type { Person } from '../face/person.ts';
import type { Scene } from '../scene.ts';

/** One person sitting for one picture. */
export interface Sitting {
  readonly person: Person;
  readonly scene: Scene;
  readonly marks: Landmarks;
  readonly view: View;
}
