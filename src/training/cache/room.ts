/** How much room there is for activations, and which tier a view goes to: the fastest that has room for it whole. */

/** Bytes that each tier has left. */
export interface Room {
  readonly deviceBytes: number;
  /** The most that the device takes in one piece. */
  readonly devicePieceBytes: number;
  readonly hostBytes: number;
  readonly storedBytes: number;
}

/** A tier, and what a view takes of it. */
export interface Taken {
  readonly tier: 'device' | 'host' | 'stored';
  readonly bytes: number;
}

/** In storage each number takes two bytes in place of four. */
const STORED_SHARE = 0.5;

/**
 * Where a view of `sizeBytes` goes; null when nothing has room for it.
 *
 * @param mayStore whether reading it from storage is worth it
 */
export function tierFor(sizeBytes: number, room: Room, mayStore: boolean): Taken | null {
  if (sizeBytes <= Math.min(room.deviceBytes, room.devicePieceBytes))
    return { tier: 'device', bytes: sizeBytes };
  if (sizeBytes <= room.hostBytes) return { tier: 'host', bytes: sizeBytes };
  const bytes = sizeBytes * STORED_SHARE;
  return mayStore && bytes <= room.storedBytes ? { tier: 'stored', bytes } : null;
}

/** What is left when a view has been placed. */
export function without({ tier, bytes }: Taken, room: Room): Room {
  switch (tier) {
    case 'device':
      return { ...room, deviceBytes: room.deviceBytes - bytes };
    case 'host':
      return { ...room, hostBytes: room.hostBytes - bytes };
    case 'stored':
      return { ...room, storedBytes: room.storedBytes - bytes };
    default:
      return tier satisfies never;
  }
}
