import { idsOf } from '../../../domain/profiles/present';
import { subjectsOf } from '../../../domain/privacy/erase-profile';
import type { WorkspaceId } from '../../../domain/ids';
import type { Profile } from '../../../domain/profiles/profile';
import type { RowPlace } from '../../../store/person-rows';
import type { Store } from '../../../store/store';
import { computedTraitsOf, readComputed } from '../../../folding/read-computed';
import {
  computedLines,
  consentLine,
  deliveryLine,
  eventLine,
  mergeLine,
  profileLines,
  runLine,
  stayLine,
  type Line,
} from './lines';

/** Where a section goes on: which of the person's subjects, and after which row of it. */
export interface Place {
  readonly subject: number;
  readonly after?: RowPlace;
}

export interface Part {
  readonly lines: readonly Line[];
  readonly next?: Place;
}

export type Section = (store: Store, ws: WorkspaceId, profile: Profile, from: Place, now: number) => Promise<Part>;

const rowsAtOnce = 500;

/** Rows that are filed under the person, oldest first, subject after subject. */
const rows =
  <Row extends RowPlace>(
    walk: (
      store: Store,
      subject: string,
      limit: number,
      after?: RowPlace,
    ) => Promise<(Row & { readonly line: Line })[]>,
  ): Section =>
  async (store, ws, profile, { subject: index, after }) => {
    const subject = subjectsOf(ws, idsOf(profile))[index];
    if (subject === undefined) return { lines: [] };
    const found = await walk(store, subject, rowsAtOnce, after);
    const last = found.at(-1);
    const next =
      last && found.length === rowsAtOnce
        ? { subject: index, after: { at: last.at, id: last.id } }
        : { subject: index + 1 };
    return { lines: found.map(({ line }) => line), next };
  };

const whole =
  (read: (store: Store, ws: WorkspaceId, profile: Profile, now: number) => Promise<readonly Line[]>): Section =>
  async (store, ws, profile, _from, now) => ({ lines: await read(store, ws, profile, now) });

/** The parts of an export, in order. A new kind of thing that is kept of people adds its line here. */
export const sections: readonly Section[] = [
  whole(async (_store, _ws, profile) => profileLines(profile)),
  whole(async (store, ws, profile, now) =>
    computedLines(await readComputed(store, ws, profile, await computedTraitsOf(store, ws), now)),
  ),
  whole(async ({ merges }, ws, profile) => (await merges.ofProfiles(ws, idsOf(profile))).map(mergeLine)),
  rows(async ({ personRows }, subject, limit, after) => personRows.events(subject, limit, eventLine, after)),
  rows(async ({ personRows }, subject, limit, after) => personRows.consents(subject, limit, consentLine, after)),
  rows(async ({ personRows }, subject, limit, after) => personRows.stays(subject, limit, stayLine, after)),
  rows(async ({ personRows }, subject, limit, after) => personRows.runs(subject, limit, runLine, after)),
  rows(async ({ personRows }, subject, limit, after) => personRows.deliveries(subject, limit, deliveryLine, after)),
];
