import { planPreview, type PreviewQuestion } from '../../domain/audiences/plan-preview';
import type { Event } from '../../domain/events/event';
import type { ProfileId, WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import type { Store } from '../../store/store';
import { idsOf } from '../../domain/profiles/present';

const profilesAtATime = 200;

export interface PreviewInput extends PreviewQuestion {
  readonly sampleSize: number;
}

export interface Preview {
  readonly count: number;
  readonly sample: readonly ProfileId[];
  /** Matching profiles with at least one identifier of a type. */
  readonly identifiers: Readonly<Record<string, number>>;
}

/** Asks of every profile whether it matches, a page at a time. */
export async function previewAudience(store: Store, ws: WorkspaceId, input: PreviewInput): Promise<Preview> {
  const plan = planPreview(input);
  const matching: ProfileId[] = [];
  const identifiers = new Map<string, number>();
  for await (const { profile, events } of peopleOf(store, ws, plan.names)) {
    if (!plan.matches(profile, events)) continue;
    matching.push(profile.id);
    for (const type of new Set(profile.identifiers.map((identifier) => identifier.type))) {
      identifiers.set(type, (identifiers.get(type) ?? 0) + 1);
    }
  }
  const sample = matching.slice(0, input.sampleSize);
  return { count: matching.length, sample, identifiers: Object.fromEntries(identifiers) };
}

async function* peopleOf(
  store: Store,
  ws: WorkspaceId,
  names: readonly string[] | undefined,
): AsyncGenerator<{ readonly profile: Profile; readonly events: readonly Event[] }> {
  for (let after: ProfileId | undefined; ;) {
    const profiles = await store.profiles.page(ws, profilesAtATime, after);
    const ids = profiles.flatMap(idsOf);
    const events = names?.length === 0 ? [] : await store.events.history(ws, ids, names);
    const byId = new Map<ProfileId | undefined, Event[]>(ids.map((id) => [id, []]));
    for (const event of events) byId.get(event.profile)?.push(event);
    for (const profile of profiles) {
      // The absorbed first: of two statements at the same instant the survivor's counts.
      yield {
        profile,
        events: idsOf(profile)
          .reverse()
          .flatMap((id) => byId.get(id) ?? []),
      };
    }
    after = profiles.at(-1)?.id;
    if (profiles.length < profilesAtATime) return;
  }
}
