import { Mapping } from '../../destinations/mapping.schema';
import { findDestination } from '../../destinations/registry';
import { computedKeysRead, identifiersRead, traitsRead } from '../../destinations/traits-read';
import { unknownComputedTrait } from '../../domain/audiences/computed/check-computed';
import type { ComputedValues } from '../../domain/audiences/computed/resolve-computed';
import { kindOf } from '../../domain/audiences/manual-audience';
import type { WorkspaceId } from '../../domain/ids';
import type { JourneyDefinition, Step, StepOf } from '../../domain/journeys/journey.schema';
import { error, warning, type JourneyFinding } from '../../domain/journeys/journey-finding';
import { enrolledBy } from '../../domain/journeys/lint-enrolls';
import { lintJourney } from '../../domain/journeys/lint-journey';
import { neverSeen, traitsWritten, type Surroundings } from '../../domain/journeys/lint-surroundings';
import { own } from '../../domain/json';
import type { DestinationDoc } from '../../store/documents';
import type { JourneyDoc } from '../../store/journeys';
import type { Store } from '../../store/store';
import { ruleOf } from '../audiences/presenter';
import { draftOf } from './presenter';
import { computedTypesOf } from '../computed-traits/refuse-computed';
import { toPointer } from '../problem';
import { readSurroundings } from './read-surroundings';

/** Everything wrong with a journey in this workspace: its own structure, and its sends against the destinations there are. */
export async function lintDraft(
  store: Store,
  ws: WorkspaceId,
  definition: JourneyDefinition,
  now: number,
): Promise<JourneyFinding[]> {
  const [destinations, audiences, purposes, journeys, computed, around] = await Promise.all([
    store.destinations.list(ws),
    store.audiences.list(ws),
    store.purposes.list(ws),
    store.journeys.list(ws),
    store.computedTraits.values(ws),
    readSurroundings(store, ws),
  ]);
  const read = { computed, seen: around.seen, written: traitsWritten(definition) };
  const rules = new Map(audiences.map((audience) => [audience.key, ruleOf(audience)]));
  const byKey = new Map(destinations.map((destination) => [destination.key, destination]));
  return [
    ...lintJourney(definition, {
      destinations: new Set(byKey.keys()),
      audiences: new Set(audiences.map(({ key }) => key)),
      manualAudiences: new Set(audiences.filter((one) => kindOf(ruleOf(one)) === 'manual').map(({ key }) => key)),
      journeys: new Set([definition.key, ...journeys.map(({ key }) => key)]),
      ...(enrolledBy(definition).length > 0 && { enrolls: await enrollsOf(store, ws, journeys) }),
      computed: computedTypesOf(computed),
      meaning: { now, ruleOf: (key) => rules.get(key) },
      hasHouseholds: await hasHouseholds(store, ws),
      ...around,
      // Where none is defined, silence allows everywhere, and nobody is told of it journey by journey.
      ...(purposes.length > 0 && { purposes: new Set(purposes.map(({ key }) => key)) }),
    }),
    ...Object.entries(definition.steps).flatMap(([id, step]) =>
      sendsOf(step, `/steps/${id}`).flatMap(({ send, path }) => [
        ...lintSend(send, path, byKey.get(send.destination)),
        ...lintReads(send, `${path}/mapping`, { ...read, to: byKey.get(send.destination) }),
      ]),
    ),
  ];
}

/** There is one, or a policy that makes them. */
async function hasHouseholds({ groups, workspaces }: Store, ws: WorkspaceId): Promise<boolean> {
  const [some, workspace] = await Promise.all([groups.page(ws, 'household', 1), workspaces.find(ws)]);
  return some.length > 0 || workspace?.groups?.household !== undefined;
}

/** By journey, which ones people come to from its draft, or from what they enter now. */
async function enrollsOf(
  store: Store,
  ws: WorkspaceId,
  journeys: readonly JourneyDoc[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const versions = await store.journeys.compiledVersions(ws);
  return new Map(
    journeys.map((journey) => {
      const draft = draftOf(journey);
      const published = versions.find((one) => one.key === journey.key && one.version === journey.publishedVersion);
      const definitions = [...(draft ? [draft] : []), ...(published ? [published.definition] : [])];
      return [journey.key, definitions.flatMap(enrolledBy)];
    }),
  );
}

/** What a send and its fallbacks have alike. */
type SendPart = Pick<StepOf<'send'>, 'destination' | 'action' | 'mapping'>;

function sendsOf(step: Step, path: string): { send: SendPart; path: string }[] {
  if (step.type !== 'send') return [];
  const fallbacks = (step.fallback ?? []).map((send, index) => ({ send, path: `${path}/fallback/${index}` }));
  return [{ send: step, path }, ...fallbacks];
}

interface Readable {
  /** Traits that the journey says of people itself. */
  readonly written: readonly string[];
  readonly computed: ComputedValues;
  readonly seen: Surroundings['seen'];
  readonly to: DestinationDoc | undefined;
}

/** What a mapping reads that is not there, or that its destination does not take. */
function lintReads(step: SendPart, path: string, { computed, seen, written, to }: Readable): JourneyFinding[] {
  const { data: mapping } = Mapping.safeParse(step.mapping ?? {});
  if (!mapping) return [];
  const kind = to && findDestination(to.type);
  const isTaken = (type: string): boolean => !kind || kind.takesOwnTypes === true || kind.identifiers.includes(type);
  return [
    ...computedKeysRead(mapping)
      .filter((key) => !Object.hasOwn(computed, key))
      .map((key) => ({ ...unknownComputedTrait(key, path), severity: 'error' as const })),
    ...traitsRead(mapping)
      .filter((name) => seen && !seen.traits.has(name) && !written.includes(name))
      .map((name) => neverSeen(name, path)),
    ...identifiersRead(mapping)
      .filter((type) => !isTaken(type))
      .map((type) => warning('identifier_not_taken', path, `A ${kind?.name} takes no ${type}.`, notTaken)),
  ];
}

const notTaken = 'Map an identifier that the destination knows people by.';

function lintSend(step: SendPart, path: string, destination: DestinationDoc | undefined): JourneyFinding[] {
  const mapping = Mapping.safeParse(step.mapping ?? {});
  const faults = (mapping.error?.issues ?? []).map((issue) =>
    error('bad_mapping', `${path}/mapping${toPointer(issue.path)}`, issue.message, 'Correct the mapping here.'),
  );
  const kind = destination && findDestination(destination.type);
  if (!kind) return faults;
  const actions = Object.keys(kind.actions);
  if (!kind.planSend || actions.length === 0) {
    const message = `Journeys cannot send to a ${kind.name}; it takes audiences.`;
    return [...faults, error('destination_without_sends', `${path}/destination`, message, 'Attach an audience to it.')];
  }
  if (step.action === undefined || own(kind.actions, step.action)) return faults;
  const message = `A ${kind.name} has no action "${step.action}".`;
  return [...faults, error('unknown_action', `${path}/action`, message, `Write one of: ${actions.join(', ')}.`)];
}
