import { listOf } from '../../domain/audiences/manual-audience';
import type { Rule } from '../../domain/audiences/rule.schema';
import type { WorkspaceId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import type { Enrollment } from '../../domain/journeys/enrollment';
import { referencesOf } from '../../domain/journeys/references-of';
import {
  initialTraits,
  iso,
  recordedEvents,
  recordedSteps,
  replayable,
  wordsOf,
  type RunRecord,
  type Scrubbing,
} from '../../domain/journeys/run-record';
import { idsOf } from '../../domain/profiles/present';
import type { DeliveryDoc } from '../../store/deliveries';
import type { EventDoc } from '../../store/documents';
import { valueKey } from '../../store/identifier-key';
import type { Store } from '../../store/store';

/** The newest events of a person that a record holds. */
export const recordedAtMost = 1_000;

export interface RecordAsked {
  readonly ws: WorkspaceId;
  readonly run: Enrollment;
  readonly journey: CompiledJourney;
  readonly now: number;
  readonly withValues: boolean;
}

/** Reads what a run lived through, as it can be lived again. */
export async function readRecord(store: Store, asked: RecordAsked): Promise<RunRecord> {
  const { ws, run, journey, now } = asked;
  const definition = replayable(journey.definition);
  const audiences = await readAudiences(store, ws, [...referencesOf(definition).audiences]);
  const scrubbing = scrubbingOf(store, asked, wordsOf(definition, audiences));
  const to = run.endedAt === undefined ? now : run.endedAt + afterTheEndMs;
  const happened = await readEvents(store, ws, run, to);
  const from = happened.find(({ messageId }) => messageId === run.entry.messageId)?.receivedAt ?? run.entry.at;
  const events = recordedEvents(happened, run.journey, scrubbing);
  const sends = (await store.deliveries.ofRun(ws, run.id, recordedAtMost)).reverse();
  const first = Math.min(from, ...happened.slice(0, 1).map(({ receivedAt }) => receivedAt)) - 1;
  return {
    ...{
      enrollment: run.id,
      journey: run.journey,
      version: run.version,
      profileId: run.profile,
      definition,
      audiences,
    },
    sending: (await store.workspaces.sending(ws)).policy as JsonObject,
    ...answersOf(sends),
    ...{ from: iso(from), to: iso(to) },
    events: [...initialTraits(await traitsBefore(store, ws, run, from), events, first, scrubbing), ...events],
    steps: recordedSteps(run, definition),
    sends: sends.map(({ step = '', destination, status, createdAt: at }) => ({
      step,
      destination,
      status,
      at: iso(at),
    })),
    end: {
      ...{ status: run.status === 'starting' ? 'active' : run.status, step: run.step },
      ...(run.reason !== undefined && { reason: run.reason }),
    },
    isScrubbed: scrubbing.hash !== undefined,
    notes: notesOf(asked, happened.length),
  };
}

/** A run that ended by an event ends in a replay a moment later than the event came. */
const afterTheEndMs = 60_000;

function scrubbingOf(
  { connection }: Store,
  { ws, run, withValues }: RecordAsked,
  words: Omit<Scrubbing, 'hash'>,
): Scrubbing {
  const hash = (text: string): string => `#${valueKey(connection.masterKey, ws, `${run.id}\n${text}`).slice(0, 12)}`;
  return { ...words, hash: withValues ? undefined : hash };
}

/** Of the person who is one by now, what they did and what was said of them until then. */
async function readEvents(store: Store, ws: WorkspaceId, run: Enrollment, to: number): Promise<EventDoc[]> {
  const profile = await store.profiles.canonical(ws, run.profile);
  const all = await store.events.wholeHistory(ws, profile ? idsOf(profile) : [run.profile]);
  const within = all.filter(({ receivedAt, state }) => receivedAt <= to && state === 'applied');
  return within.sort((one, other) => one.receivedAt - other.receivedAt).slice(-recordedAtMost);
}

async function traitsBefore(store: Store, ws: WorkspaceId, run: Enrollment, before: number): Promise<JsonObject> {
  const profile = await store.profiles.canonical(ws, run.profile);
  const known = Object.entries(profile?.traits ?? {}).filter(([, { at }]) => at < before);
  return Object.fromEntries(known.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])));
}

async function readAudiences(store: Store, ws: WorkspaceId, keys: readonly string[]): Promise<JsonObject[]> {
  const found = await Promise.all(keys.map((key) => store.audiences.find(ws, key)));
  return found.flatMap((doc): JsonObject[] => {
    if (!doc) return [];
    const rule = JSON.parse(doc.ruleJson) as Rule;
    const { key } = doc;
    return [
      listOf(rule) === undefined ? { key, name: key, rule: rule as JsonObject } : { key, name: key, kind: 'manual' },
    ];
  });
}

/** How destinations answered: a replay's answer alike. */
function answersOf(sends: readonly DeliveryDoc[]): Pick<RunRecord, 'channels' | 'failing'> {
  const channels = sends.flatMap(({ destination, channel }) => (channel === undefined ? [] : [[destination, channel]]));
  const failing = sends.flatMap(({ destination, status }) => (status === 'rejected' ? [destination] : []));
  return { channels: Object.fromEntries(channels) as Record<string, string>, failing: [...new Set(failing)] };
}

function notesOf({ run, journey, withValues }: RecordAsked, events: number): string[] {
  const types = new Set(Object.values(journey.definition.steps).map(({ type }) => type));
  return [
    ...(run.entry.name.startsWith('heddle:') ? ['The run was asked for: a replay has nothing that begins it.'] : []),
    ...(run.household ? ['The run is of a household: a replay knows one person.'] : []),
    ...(types.has('enroll') ? ['Journeys that it enrols into are not in the record.'] : []),
    ...(events >= recordedAtMost ? [`Only the newest ${recordedAtMost} events of the person are in the record.`] : []),
    ...(withValues
      ? []
      : ['Texts are hashes: rules that do more than compare them for equality may decide otherwise.']),
    ...(run.path.some(({ outcome }) => outcome === 'withheld') ? ['What was withheld is sent in a replay.'] : []),
  ];
}
