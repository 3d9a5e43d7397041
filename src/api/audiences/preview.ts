import { isDrawn } from '../../domain/audiences/holdout';
import type { Holdout } from '../../domain/audiences/holdout.schema';
import { planPreview, type PreviewPlan, type PreviewQuestion } from '../../domain/audiences/plan-preview';
import type { Event } from '../../domain/events/event';
import type { ProfileId, WorkspaceId } from '../../domain/ids';
import { own } from '../../domain/json';
import type { Profile } from '../../domain/profiles/profile';
import type { Store } from '../../store/store';
import { idsOf } from '../../domain/profiles/present';
import type { AudienceDoc } from '../../store/documents';
import type { KeyCall } from '../route';
import { ruleOf } from './presenter';

const profilesAtATime = 200;

export interface Preview {
  readonly count: number;
  readonly sample: readonly ProfileId[];
  /** Matching profiles with at least one identifier of a type. */
  readonly identifiers: Readonly<Record<string, number>>;
  readonly holdout?: Holdout & { readonly heldOut: number };
}

interface Asked {
  /** How many to name. */
  readonly sample: number;
  /** Who is held out hangs on the audience too. */
  readonly key: string;
  readonly holdout?: Holdout | undefined;
}

/** A question to put to people, made ready; saved audiences are what they are now. */
export async function planFor(
  { deps, ws, now }: KeyCall,
  saved: readonly AudienceDoc[],
  { rule, at }: Pick<PreviewQuestion, 'rule' | 'at'>,
): Promise<PreviewPlan> {
  const { traits = {} } = (await deps.store.workspaces.find(ws))?.identity ?? {};
  const audiences = new Map(saved.map((audience) => [audience.key, ruleOf(audience)]));
  return planPreview({ rule, audiences, at, isPast: at < now, traits });
}

/** Asks of every profile whether it matches, a page at a time. */
export async function previewAudience(
  store: Store,
  ws: WorkspaceId,
  plan: PreviewPlan,
  { sample: sampleSize, key, holdout }: Asked,
): Promise<Preview> {
  const matching: ProfileId[] = [];
  const identifiers = new Map<string, number>();
  let heldOut = 0;
  for await (const { profile, events } of peopleOf(store, ws, plan.names)) {
    if (!plan.matches(profile, events)) continue;
    matching.push(profile.id);
    if (holdout && wouldHoldOut(key, holdout, profile)) heldOut += 1;
    for (const type of new Set(profile.identifiers.map((identifier) => identifier.type))) {
      identifiers.set(type, (identifiers.get(type) ?? 0) + 1);
    }
  }
  const sample = matching.slice(0, sampleSize);
  const found = { count: matching.length, sample, identifiers: Object.fromEntries(identifiers) };
  return { ...found, ...(holdout && { holdout: { ...holdout, heldOut } }) };
}

const wouldHoldOut = (key: string, { percent }: Holdout, { id, holdouts = {} }: Profile): boolean =>
  own(holdouts, key)?.isHeldOut ?? isDrawn(key, percent, id);

async function* peopleOf(
  store: Store,
  ws: WorkspaceId,
  names: PreviewPlan['names'],
): AsyncGenerator<{ readonly profile: Profile; readonly events: readonly Event[] }> {
  for (let after: ProfileId | undefined; ;) {
    const profiles = await store.profiles.page(ws, profilesAtATime, after);
    const eventsOf = await readEvents(store, ws, profiles, names);
    for (const profile of profiles) yield { profile, events: eventsOf(profile) };
    after = profiles.at(-1)?.id;
    if (profiles.length < profilesAtATime) return;
  }
}

/** The stored events of these names of some people, as a plan takes them. */
export async function readEvents(
  store: Store,
  ws: WorkspaceId,
  profiles: readonly Profile[],
  names: PreviewPlan['names'],
): Promise<(profile: Profile) => Event[]> {
  const events = names?.length === 0 ? [] : await store.events.history(ws, profiles.flatMap(idsOf), names);
  const byId = new Map<ProfileId | undefined, Event[]>();
  for (const event of events) {
    const known = byId.get(event.profile);
    if (known) known.push(event);
    else byId.set(event.profile, [event]);
  }
  // The absorbed first: of two statements at the same instant the survivor's counts.
  return (profile) =>
    idsOf(profile)
      .toReversed()
      .flatMap((id) => byId.get(id) ?? []);
}
