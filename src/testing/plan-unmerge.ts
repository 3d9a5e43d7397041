import type { Event } from '../domain/events/event';
import { divideEvents } from '../domain/identity/divide-events';
import { byStrength } from '../domain/identity/identity-rules';
import type { ProfileId } from '../domain/ids';
import type { Merge } from '../domain/profiles/change-set';
import type { Unmerge } from '../domain/profiles/unmerge-facts';
import { idsOf } from '../domain/profiles/present';
import type { Profile } from '../domain/profiles/profile';
import type { Ruleset } from '../domain/profiles/ruleset';

/** An applied event, and under which profile it is stored. */
export interface LogRow {
  readonly event: Event;
  readonly profile: ProfileId;
  readonly seq: number;
}

interface World {
  readonly profiles: ReadonlyMap<ProfileId, Profile>;
  readonly merges: readonly Merge[];
  readonly ruleset: Ruleset;
  readonly log: readonly LogRow[];
  /** Which event brought an identifier, by `identifierName`. */
  readonly broughtBy: ReadonlyMap<string, string>;
}

/** What the intake reads and files before it takes back the merge of a profile with the one that absorbed it, and the event that asks for it. */
export function planUnmerge(
  { profiles, merges, ruleset, log, broughtBy }: World,
  absorbed: ProfileId,
  now: number,
): { readonly event: Event; readonly log: LogRow[]; readonly unmerge: Unmerge } {
  const merge = merges.findLast((one) => one.absorbed === absorbed) as Merge;
  const survivor = profiles.get(merge.survivor) as Profile;
  const tombstone = profiles.get(absorbed) as Profile;
  const since = log.filter(
    ({ profile, seq }) =>
      (profile === merge.survivor && seq > merge.survivorSeq) || (profile === absorbed && seq > merge.absorbedSeq),
  );
  const division = divideEvents(
    since.map(({ event, seq }) => ({ ...event, seq })),
    { absorbed: merge.absorbedProfile.identifiers, present: survivor.identifiers, broughtBy },
    ruleset.identity,
  );
  const mine = new Set(division.mine.map(({ messageId }) => messageId));
  let lastSeq = tombstone.seq;
  const divided = log.map((row) =>
    mine.has(row.event.messageId) ? { ...row, profile: absorbed, seq: (lastSeq += 1) } : row,
  );
  const siblings = merges.filter((one) => one.survivor === merge.survivor);
  const later = siblings.filter(({ survivorSeq }) => survivorSeq > merge.survivorSeq);
  const earlier = siblings.filter(({ survivorSeq }) => survivorSeq < merge.survivorSeq);
  const after = new Set(since.map(({ event }) => event.messageId));
  const ids = [survivor.id, ...earlier.flatMap(({ absorbedProfile }) => idsOf(absorbedProfile))];
  const before = divided
    .filter(({ profile, event }) => ids.includes(profile) && !after.has(event.messageId))
    .map(({ event }) => event);
  const [by] = [...survivor.identifiers].sort(byStrength(ruleset.identity));
  const event: Event = {
    ...{ messageId: `unmerge-${absorbed}-${now}`, kind: 'alias', name: 'alias', occurredAt: now, receivedAt: now },
    ...{ identifiers: by ? [{ type: by.type, value: by.value }] : [], properties: {}, traits: {}, context: {} },
    ...{ source: 'src_test', isTrusted: true, unmerges: absorbed },
  };
  return { event, log: divided, unmerge: { merge, earlier, later, tombstone, lastSeq, division, before } };
}
