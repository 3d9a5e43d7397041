import { readConsent } from '../domain/consent/read-consent';
import type { Event } from '../domain/events/event';
import { divideEvents } from '../domain/identity/divide-events';
import type { IdentityRules } from '../domain/identity/identity-rules';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { Merge } from '../domain/profiles/change-set';
import type { NumberedEvent, Unmerge } from '../domain/profiles/unmerge-facts';
import { idsOf } from '../domain/profiles/present';
import type { EventDoc } from '../store/documents';
import type { Store } from '../store/store';

/** `undefined` when the merge was taken back already, or either of the two is not what it was: absorbed itself, or erased. */
export async function readUnmerge(
  store: Store,
  ws: WorkspaceId,
  absorbed: ProfileId,
  rules: Pick<IdentityRules, 'rankOf'>,
): Promise<Unmerge | undefined> {
  const merge = await store.merges.absorbing(ws, absorbed);
  if (!merge) return undefined;
  const found = await store.profiles.byIds(ws, [merge.survivor, absorbed]);
  const survivor = found.find(({ id }) => id === merge.survivor);
  const tombstone = found.find(({ id }) => id === absorbed);
  const isAsItWas = survivor && !survivor.mergedInto && survivor.erasedAt === undefined;
  if (!isAsItWas || tombstone?.mergedInto !== survivor.id) return undefined;
  // Events that an earlier try has moved are there already.
  const [since, moved, brought, siblings] = await Promise.all([
    store.events.after(ws, survivor.id, merge.survivorSeq),
    store.events.after(ws, absorbed, merge.absorbedSeq),
    store.identifiers.broughtBy(ws, survivor.identifiers),
    store.merges.by(ws, survivor.id),
  ]);
  const events = [...moved, ...since].map(numbered).sort(byArrival);
  const division = divideEvents(
    events,
    {
      absorbed: merge.absorbedProfile.identifiers,
      present: survivor.identifiers,
      broughtBy: new Map([...brought].map(([name, { messageId }]) => [name, messageId])),
    },
    rules,
  );
  const earlier = siblings.filter(({ survivorSeq }) => survivorSeq < merge.survivorSeq);
  return {
    merge,
    earlier,
    later: siblings.filter(({ survivorSeq }) => survivorSeq > merge.survivorSeq),
    tombstone,
    lastSeq: Math.max(tombstone.seq, ...moved.map(({ seq = 0 }) => seq)),
    division,
    before: await statedBefore(store, ws, { merge, earlier, mine: division.mine, since: events }),
  };
}

/** Nothing that the survivor stated is in question where the absorbed has stated nothing since. */
async function statedBefore(
  store: Store,
  ws: WorkspaceId,
  of: {
    readonly merge: Merge;
    readonly earlier: readonly Merge[];
    readonly mine: readonly Event[];
    readonly since: readonly Event[];
  },
): Promise<Event[]> {
  // Any event may say these, and only `identify` traits.
  const isAny = of.mine.some((event) => event.listing !== undefined || readConsent(event).statements.length > 0);
  if (!isAny && !of.mine.some(({ kind }) => kind === 'identify')) return [];
  const ids = [of.merge.survivor, ...of.earlier.flatMap(({ absorbedProfile }) => idsOf(absorbedProfile))];
  const history = await store.events.wholeHistory(ws, ids, isAny ? undefined : ['identify']);
  const isSince = new Set(of.since.map(({ messageId }) => messageId));
  return history.filter(({ messageId }) => !isSince.has(messageId));
}

const numbered = (event: EventDoc): NumberedEvent => ({ ...event, seq: event.seq ?? 0 });

const byArrival = (one: NumberedEvent, other: NumberedEvent): number =>
  one.receivedAt - other.receivedAt || one.seq - other.seq;
