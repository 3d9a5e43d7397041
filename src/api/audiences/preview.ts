import { dayMs } from '../../domain/duration';
import { estimateOf, type Estimate } from '../../domain/audiences/estimate';
import { isDrawn } from '../../domain/audiences/holdout';
import type { Holdout } from '../../domain/audiences/holdout.schema';
import { planPreview, type PreviewPlan, type PreviewQuestion } from '../../domain/audiences/plan-preview';
import type { Event } from '../../domain/events/event';
import { grouped } from '../../domain/grouped';
import type { ProfileId, WorkspaceId } from '../../domain/ids';
import { own } from '../../domain/json';
import type { Profile } from '../../domain/profiles/profile';
import { servedMemberships } from '../../domain/profiles/served-memberships';
import { resolvedRules } from '../../folding/resolved-rules';
import type { Store } from '../../store/store';
import { idsOf, shownMemberships } from '../../domain/profiles/present';
import { findDestination } from '../../destinations/registry';
import type { AudienceDoc, DestinationDoc } from '../../store/documents';
import { everyProfile, someProfiles, type PreviewLimits } from './sample-profiles';
import { refuseComputed } from '../computed-traits/refuse-computed';
import { invalidRequest } from '../problem';
import type { KeyCall } from '../route';

export interface Preview extends Estimate {
  /** Where not everybody was asked: how many profiles were, of how many. */
  readonly sampled?: { readonly profiles: number; readonly of: number };
  readonly sample: readonly ProfileId[];
  /** Matching profiles with at least one identifier of a type; like all that follow, as many as expected where not everybody was asked. */
  readonly identifiers: Readonly<Record<string, number>>;
  /** Matching profiles that a destination could identify. */
  readonly destinations: Readonly<Record<string, number>>;
  /** Matching profiles that are members of other audiences at present. */
  readonly overlap: Readonly<Record<string, number>>;
  readonly holdout?: Holdout & { readonly heldOut: number };
}

export interface PreviewQuestionOf {
  readonly plan: PreviewPlan;
  /** How many to name. */
  readonly sampleSize: number;
  /** Asks everybody, however long it takes. */
  readonly isExact: boolean;
  readonly limits: PreviewLimits;
  /** Of the audience, and whose key it is: who is held out hangs on it. */
  readonly holdout?: (Holdout & { readonly audience: string }) | undefined;
}

/** A question to put to people, made ready; saved audiences are what they are now. Throws 400 where it asks for events of a time that are gone. */
export async function planFor(
  { deps, ws, now }: KeyCall,
  saved: readonly AudienceDoc[],
  { rule, at }: Pick<PreviewQuestion, 'rule' | 'at'>,
): Promise<PreviewPlan> {
  const { identity, retention } = (await deps.store.workspaces.find(ws)) ?? {};
  const computed = await deps.store.computedTraits.values(ws);
  refuseComputed(rule, computed);
  const resolved = resolvedRules(saved, computed);
  const audiences = new Map(resolved.audiences.map((audience) => [audience.key, audience.rule]));
  const asked = { rule: resolved.resolve(rule), audiences, at, isPast: at < now };
  const plan = planPreview({ ...asked, traits: identity?.traits ?? {} });
  const { events: days = Infinity } = retention ?? {};
  if (at < now - days * dayMs && plan.names?.length !== 0) throw invalidRequest(goneEvents(days));
  return plan;
}

const goneEvents = (days: number): string =>
  `Events are kept for ${days} days, and what was so before is not known any more; ask about a later instant.`;

/** Throws 400 where a question of the past rests on people who are put in by hand. */
export function refuseListsOfThePast({ now }: Pick<KeyCall, 'now'>, plan: PreviewPlan, at: number): void {
  if (plan.asksForLists && at < now) throw invalidRequest(listsOfThePast);
}

const listsOfThePast =
  'What rests on a manual audience can be asked as of now only; its size at past instants is what /history of it says.';

/** Asks profiles whether they match: everybody, or where that would take long a part of them taken at random. */
export async function previewAudience(
  store: Store,
  ws: WorkspaceId,
  { plan, sampleSize, isExact, limits, holdout }: PreviewQuestionOf,
): Promise<Preview> {
  const total = isExact ? undefined : await store.profiles.roughCount(ws);
  const isSampled = total !== undefined && total > limits.asksAll;
  const reach = reachOf(await store.destinations.list(ws));
  const { switchedFrom } = await store.workspaces.rulesetState(ws);
  const tally = {
    identifiers: new Map(),
    destinations: new Map(),
    overlap: new Map(),
    holdout: new Map(),
  } satisfies Tally;
  const matching: ProfileId[] = [];
  let looked = 0;
  const pages = isSampled ? someProfiles(store, ws, total, limits.sample) : everyProfile(store, ws);
  for await (const { read, living } of pages) {
    looked += read;
    for (const profile of await matchesAmong(store, ws, living, plan)) {
      matching.push(profile.id);
      count(tally, reach, { ...profile, memberships: servedMemberships(profile, switchedFrom) }, holdout);
    }
  }
  const of = isSampled ? Math.max(total, looked) : looked;
  const scaled = (found: ReadonlyMap<string, number>): Record<string, number> =>
    Object.fromEntries([...found].map(([key, number]) => [key, looked === 0 ? 0 : Math.round((number * of) / looked)]));
  return {
    ...estimateOf(matching.length, looked, of),
    ...(looked < of && { sampled: { profiles: looked, of } }),
    sample: matching.slice(0, sampleSize),
    identifiers: scaled(tally.identifiers),
    destinations: scaled(tally.destinations),
    overlap: scaled(tally.overlap),
    ...heldOutOf(holdout, scaled(tally.holdout)),
  };
}

/** Events are read of those whom nothing else decides. */
async function matchesAmong(
  store: Store,
  ws: WorkspaceId,
  living: readonly Profile[],
  plan: PreviewPlan,
): Promise<Profile[]> {
  const alone = new Map(living.map((profile) => [profile, plan.matchesAlone(profile)]));
  const open = living.filter((profile) => alone.get(profile) === undefined);
  const eventsOf = open.length > 0 ? await readEvents(store, ws, open, plan.names) : () => [];
  return living.filter((profile) => alone.get(profile) ?? plan.matches(profile, eventsOf(profile)));
}

type Asked = PreviewQuestionOf['holdout'];

const heldOutOf = (holdout: Asked, { heldOut = 0 }: Readonly<Record<string, number>>): Pick<Preview, 'holdout'> =>
  holdout ? { holdout: { percent: holdout.percent, heldOut } } : {};

const isHeldOut = ({ audience, percent }: NonNullable<Asked>, { id, holdouts = {} }: Profile): boolean =>
  own(holdouts, audience)?.isHeldOut ?? isDrawn(audience, percent, id);

const add = (found: Map<string, number>, key: string): unknown => found.set(key, (found.get(key) ?? 0) + 1);

type Tally = Readonly<Record<'identifiers' | 'destinations' | 'overlap' | 'holdout', Map<string, number>>>;
/** Which types of identifiers a destination takes. */
type Reach = readonly { readonly key: string; readonly takes: (type: string) => boolean }[];

const reachOf = (destinations: readonly DestinationDoc[]): Reach =>
  destinations.map(({ key, type }) => {
    const { takesOwnTypes = false, identifiers = [] } = findDestination(type) ?? {};
    return { key, takes: (one) => takesOwnTypes || identifiers.includes(one) };
  });

function count(tally: Tally, reach: Reach, profile: Profile, holdout: Asked): void {
  const { identifiers, memberships } = profile;
  if (holdout && isHeldOut(holdout, profile)) add(tally.holdout, 'heldOut');
  const types = new Set(identifiers.map(({ type }) => type));
  for (const type of types) add(tally.identifiers, type);
  for (const { key, takes } of reach) if ([...types].some(takes)) add(tally.destinations, key);
  for (const [audience] of shownMemberships({ memberships })) add(tally.overlap, audience);
}
/** The stored events of these names of some people, as a plan takes them. */
export async function readEvents(
  store: Store,
  ws: WorkspaceId,
  profiles: readonly Profile[],
  names: PreviewPlan['names'],
): Promise<(profile: Profile) => Event[]> {
  const events = names?.length === 0 ? [] : await store.events.wholeHistory(ws, profiles.flatMap(idsOf), names);
  const byId = grouped(events, ({ profile }) => profile);
  // The absorbed first: of two statements at the same instant the survivor's counts.
  return (profile) =>
    idsOf(profile)
      .toReversed()
      .flatMap((id) => byId.get(id) ?? []);
}
