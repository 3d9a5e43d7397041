import type { Store } from '../../../store/store';
import type { Cleared, Erased, Place } from './place';
import { pause } from './pause';

/** Rows taken at a time: a step of well under a second, which leaves room for live events. */
const rowsAtOnce = 1_000;

/** Goes on until nothing is filed under the person any more. `removed` is what was there at first: a step done twice counts once. */
function untilNone(
  count: (store: Store, about: Erased) => Promise<number>,
  clear: (store: Store, about: Erased) => Promise<number>,
): Place {
  return {
    clear: async ({ store, signal }, about, from): Promise<Cleared> => {
      if (from === undefined) {
        const removed = await count(store, about);
        return removed === 0 ? { removed } : { removed, next: true };
      }
      const cleared = await clear(store, about);
      if ((await count(store, about)) === 0) return { removed: 0 };
      // What is left is being written by somebody who comes to an end soon.
      if (cleared === 0) await pause(signal);
      return { removed: 0, next: true };
    },
  };
}

export const events = untilNone(
  ({ personRows }, { subjects }) => personRows.count('events', subjects),
  ({ personRows }, { subjects }) => personRows.remove('events', subjects, rowsAtOnce),
);

export const consentRecords = untilNone(
  ({ personRows }, { subjects }) => personRows.count('consentRecords', subjects),
  ({ personRows }, { subjects }) => personRows.remove('consentRecords', subjects, rowsAtOnce),
);

export const memberships = untilNone(
  ({ personRows }, { subjects }) => personRows.count('memberships', subjects),
  ({ personRows }, { ws, subjects }) => personRows.anonymiseStays(ws, subjects, rowsAtOnce),
);

export const enrollments = untilNone(
  ({ personRows }, { subjects }) => personRows.count('enrollments', subjects),
  ({ personRows }, { ws, subjects }) => personRows.anonymiseRuns(ws, subjects, rowsAtOnce),
);

export const deliveries = untilNone(
  ({ personRows }, { subjects }) => personRows.count('deliveries', subjects),
  ({ personRows }, { ws, subjects }) => personRows.anonymiseDeliveries(ws, subjects, rowsAtOnce),
);

export const merges = untilNone(
  ({ merges }, { ws, profiles }) => merges.countOf(ws, profiles),
  async ({ merges }, { ws, profiles }) => {
    await merges.removeOf(ws, profiles);
    return 1;
  },
);

export const exportChunks = untilNone(
  ({ exportChunks }, { ws, profiles }) => exportChunks.countOf(ws, profiles),
  async ({ exportChunks }, { ws, profiles }) => {
    await exportChunks.removeOf(ws, profiles);
    return 1;
  },
);

export const sendPlaces = untilNone(
  ({ sendPlaces }, { subjects }) => sendPlaces.countOf(subjects),
  async ({ sendPlaces }, { subjects }) => {
    await sendPlaces.removeOf(subjects);
    return 1;
  },
);

export const householdSends = untilNone(
  ({ householdSends }, { subjects }) => householdSends.countOf(subjects),
  async ({ householdSends }, { subjects }) => {
    await householdSends.removeOf(subjects);
    return 1;
  },
);
