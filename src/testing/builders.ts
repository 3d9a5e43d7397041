import type { Purposes } from '../domain/consent/purpose';
import type { Event, Identifier } from '../domain/events/event';
import { enrollmentId, profileId, workspaceId, type ProfileId } from '../domain/ids';
import type { FoldInput } from '../domain/profiles/fold/fold-input';
import { identifierName } from '../domain/identity/identifier-types';
import type { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import type { GroupPolicy } from '../domain/groups/group-policy.schema';
import { groupRules } from '../domain/groups/group-rules';
import { identityRules } from '../domain/identity/identity-rules';
import { newProfile, type Profile } from '../domain/profiles/profile';
import { buildRuleset, type Attachment, type Ruleset } from '../domain/profiles/ruleset';
import type { ComputedValues } from '../domain/audiences/computed/resolve-computed';
import { compileAudiences } from '../domain/audiences/evaluate-memberships';
import { preparedAudiences } from '../domain/audiences/prepared';
import type { Rule } from '../domain/audiences/rule.schema';
import { compileJourney, type JourneyState } from '../domain/journeys/compiled-journey';
import { hiddenAudiences } from '../domain/journeys/hidden-audiences';
import type { JourneyDefinition } from '../domain/journeys/journey.schema';
import { resolvedRules } from '../folding/resolved-rules';
import { withRules } from '../domain/journeys/resolve-rules';

/** A fixed instant for tests: 2026-03-01T12:00:00Z. */
export const noon = Date.UTC(2026, 2, 1, 12);
export const hour = 3_600_000;
export const day = 24 * hour;
export const testWorkspace = workspaceId('ws_test');

let counter = 0;

export function identifiers(of: Readonly<Record<string, string>>): Identifier[] {
  return Object.entries(of).map(([type, value]) => ({ type, value }));
}

/** A trusted `track` of `u1`, applied to nothing; override what the sentence is about. */
export function anEvent(of: Partial<Event> & { readonly by?: Readonly<Record<string, string>> } = {}): Event {
  const { by, ...overrides } = of;
  counter += 1;
  return {
    messageId: `m${counter}`,
    kind: 'track',
    name: 'Product Viewed',
    occurredAt: overrides.receivedAt ?? noon,
    receivedAt: overrides.occurredAt ?? noon,
    identifiers: identifiers(by ?? { user_id: 'u1' }),
    properties: {},
    traits: {},
    context: {},
    source: 'src_test',
    isTrusted: true,
    ...overrides,
  };
}

export function anIdentify(traits: Event['traits'], of: Parameters<typeof anEvent>[0] = {}): Event {
  return anEvent({ kind: 'identify', name: 'identify', traits, ...of });
}

export function aProfile(id: string, of: Partial<Profile> = {}): Profile {
  const fresh = newProfile({ id: profileId(id), createdAt: noon, evaluatedAt: noon, rulesetVersion: 1 });
  return { ...fresh, rev: 1, ...of };
}

export function aRuleset(of: {
  readonly version?: number;
  readonly audiences?: Readonly<Record<string, Rule>>;
  /** What is being prepared of them. */
  readonly edits?: Readonly<Record<string, Rule>>;
  /** When what had been prepared began to serve. */
  readonly switchedFrom?: number;
  /** Percent by audience. */
  readonly holdouts?: Readonly<Record<string, number>>;
  readonly journeys?: readonly JourneyDefinition[];
  readonly attachments?: readonly Attachment[];
  readonly purposes?: Purposes;
  readonly identity?: IdentityPolicy;
  readonly groups?: GroupPolicy;
  readonly computed?: ComputedValues;
  readonly ofJourneys?: JourneyState;
}): Ruleset {
  const { computed = {} } = of;
  const written = Object.entries(of.audiences ?? {}).map(([key, rule]) => ({
    ...{ key, ruleJson: JSON.stringify(rule) },
    ...(of.edits?.[key] && { next: { ruleJson: JSON.stringify(of.edits[key]) } }),
  }));
  const journeys = (of.journeys ?? []).map((one) => compileJourney(one, 1, 'published', 0, of.ofJourneys));
  const hidden = hiddenAudiences(journeys).map(({ key, rule }) => ({ key, ruleJson: JSON.stringify(rule) }));
  const { audiences, resolve } = resolvedRules([...written, ...hidden], computed);
  return buildRuleset({
    version: of.version ?? 1,
    audiences: compileAudiences(audiences),
    prepared: preparedAudiences(audiences),
    switchedFrom: of.switchedFrom,
    audienceSince: new Map(audiences.map(({ key }) => [key, of.version ?? 1])),
    holdouts: new Map(Object.entries(of.holdouts ?? {})),
    journeys: journeys.map((one) => withRules(one, resolve)),
    attachments: of.attachments ?? [],
    purposes: of.purposes ?? new Map(),
    identity: identityRules(of.identity ?? {}),
    groups: groupRules(of.groups ?? {}),
    computed: Object.values(computed),
  });
}

/** Input of a fold over profiles that already exist; new ones are `prf_new1`, `prf_new2`, …. */
export function aFold(of: Partial<FoldInput> & Pick<FoldInput, 'ruleset'>): FoldInput {
  const profiles = of.profiles ?? [];
  // As the store is read: owners of what the events name, not of everything that these people have.
  const named = new Set(of.events?.flatMap((event) => event.identifiers.map(identifierName)));
  const owners = new Map<string, ProfileId>(
    profiles.flatMap((profile) =>
      profile.identifiers
        .map(identifierName)
        .filter((name) => named.has(name))
        .map((name) => [name, profile.id] as const),
    ),
  );
  let made = 0;
  return {
    ws: testWorkspace,
    now: noon,
    events: [],
    profiles,
    owners,
    erased: new Map(),
    notes: new Map(),
    groups: new Map(),
    enrollments: [],
    suppressions: new Map(),
    stored: { histories: new Map(), edges: new Map(), groups: new Map() },
    makeProfileId: () => profileId(`prf_new${(made += 1)}`),
    makeEnrollmentId: (...parts) => enrollmentId(`enr_${parts.join('-')}`),
    makeGroupKey: ({ content }) => `hh_${content}`,
    ...of,
  };
}
