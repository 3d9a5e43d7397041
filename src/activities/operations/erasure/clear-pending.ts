import { intakePartition } from '../../../store/pending-event';
import { pause } from './pause';
import type { Place } from './place';

/** Waits for the intake to come to what was accepted before the erasure: it refuses what names nobody else. */
export const pendingEvents: Place = {
  clear: async ({ store, signal }, { ws, erasedAt }) => {
    const lanes = ['live', 'bulk'] as const;
    const oldest = await Promise.all(lanes.map((lane) => store.events.oldestPending(ws, intakePartition, lane)));
    if (oldest.every((receivedAt) => receivedAt === undefined || receivedAt > erasedAt)) return { removed: 0 };
    await pause(signal);
    return { removed: 0, next: true };
  },
};

/** What the intake could not apply is nobody's history; its letter may have gone before it. */
export const deadEvents: Place = {
  clear: async ({ store }, { keys }) => ({ removed: await store.events.removeDead([...keys]) }),
};
