import { dayMs } from '../domain/duration';
import type { JourneySender } from '../activities/journeys/journey-sender';
import { AudienceDefinition } from '../domain/audiences/rule.schema';
import type { ComputedValues } from '../domain/audiences/computed/resolve-computed';
import { PurposeDefinition } from '../domain/consent/purpose.schema';
import { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import { parseEvent } from '../domain/events/parse-event';
import type { Event } from '../domain/events/event';
import { readInstant } from '../domain/instant';
import { profileId, workspaceId } from '../domain/ids';
import { omit, type JsonObject } from '../domain/json';
import { compileJourney } from '../domain/journeys/compiled-journey';
import { storable } from '../domain/journeys/effect-steps.schema';
import type { Enrollment } from '../domain/journeys/enrollment';
import { JourneyDefinition } from '../domain/journeys/journey.schema';
import type { SimulatedSend } from '../domain/journeys/simulated/simulated-life';
import { whereParted, type Replayed } from '../domain/journeys/compare-run';
import type { RunRecord } from '../domain/journeys/run-record';
import { newProfile } from '../domain/profiles/profile';
import type { EventDoc } from '../store/documents';
import type { z } from 'zod';
import type { Window } from './live-through';
import { simulateLife } from './simulate-life';
import { makeReady } from './written-definitions';

/** A definition as it is written: JSON, or what a builder of `heddle/code` makes. */
type Written = object;
type When = string | number | Date;

/** One person's life, and the journeys in it. */
export interface SimulatePersonInput {
  readonly journey: Written;
  /** Journeys beside it, whose sends count under the same caps, and that it may enrol into. */
  readonly others?: readonly Written[];
  /** As `POST /v1/batch` takes them, each with a `timestamp`: the instant at which it happens and arrives. In any order. */
  readonly events: readonly JsonObject[];
  /** From when on the journey may be entered; unless said, from the first event on. */
  readonly from?: When;
  /** How far the clock runs; unless said, 90 days after the last event. */
  readonly to?: When;
  /** Audiences that rules, triggers and steps name. */
  readonly audiences?: readonly Written[];
  readonly computed?: ComputedValues;
  /** A purpose that is not among them lets silence allow. */
  readonly purposes?: readonly z.input<typeof PurposeDefinition>[];
  /** Quiet hours, caps and the zone of the workspace. */
  readonly sending?: SendingPolicy;
  /** By what each destination reaches people: `{ "crm": "email" }`. Caps of a channel count those alone. */
  readonly channels?: Readonly<Record<string, string>>;
  /** What sends fail for good, by destination; those of all others arrive. */
  readonly failing?: readonly string[];
  /** What draws, holdouts and samples go by: another person, another side. */
  readonly profileId?: string;
}

/** A run as it ended, or as it stands at the end. */
export interface SimulatedRun extends Pick<Enrollment, 'journey' | 'entryKey' | 'step' | 'enteredAt' | 'conversions'> {
  readonly status: 'active' | 'completed' | 'exited' | 'failed';
  readonly reason?: string;
  readonly endedAt?: number;
  /** Each step that it came to, with when, and how it left it. */
  readonly path: readonly { readonly step: string; readonly at: number; readonly outcome?: string }[];
}

export interface SimulatedPerson {
  readonly runs: readonly SimulatedRun[];
  readonly sends: readonly Omit<SimulatedSend, 'enrollment'>[];
}

/** As it is unless configured otherwise. */
const sessionMs = 30 * 60_000;
const ws = workspaceId('ws_simulated');

/**
 * Runs a journey through one person's events on a clock that jumps: months pass in milliseconds, nothing leaves, and no server is needed. The
 * code is that of a running Heddle. For tests of journeys:
 *
 * ```ts
 * import { simulatePerson } from 'heddle/testing';
 *
 * it('reminds whoever leaves a cart', async () => {
 *   const { sends } = await simulatePerson({
 *     journey: abandonedCart,
 *     events: [{ type: 'track', userId: 'u1', event: 'Cart Started', timestamp: '2026-03-01T12:00:00Z' }],
 *   });
 *   expect(sends).toMatchObject([{ step: 'remind', status: 'delivered' }]);
 * });
 * ```
 */
export async function simulatePerson(input: SimulatePersonInput): Promise<SimulatedPerson> {
  const events = input.events.map(toEvent).sort((one, other) => one.receivedAt - other.receivedAt);
  const written = read(input);
  const journeys = written.journeys.map((one) => compileJourney(one, 1, 'published', 1));
  const { runs, sends, isCutShort } = await simulateLife(
    { ...(await makeReady(ws, written)), senderOf: () => answering(input), sessionMs },
    personOf(input, events),
    { ws, journeys, window: windowOf(input, events) },
  );
  if (isCutShort) throw new Error('The journey does not come to an end: more steps were taken than any life takes.');
  return { runs: runs.map(toRun), sends: sends.map((send) => omit(send, 'enrollment')) };
}

function read({
  journey,
  others = [],
  audiences = [],
  computed = {},
  purposes = [],
  sending = {},
}: SimulatePersonInput) {
  return {
    journeys: [journey, ...others].map((one) => JourneyDefinition.parse(asJson(one))),
    audiences: audiences.map((one) => AudienceDefinition.parse(asJson(one))),
    purposes: purposes.map((one) => PurposeDefinition.parse(one)),
    sending: SendingPolicy.parse(sending),
    computed,
  };
}

function windowOf({ from, to }: SimulatePersonInput, events: readonly Event[]): Window {
  const [first = 0, last = 0] = [events[0]?.receivedAt, events.at(-1)?.receivedAt];
  return { from: instantOf(from) ?? first, to: instantOf(to) ?? last + 90 * dayMs };
}

const asJson = (written: object): unknown => JSON.parse(JSON.stringify(written)) as unknown;

/** What `heddle enrollments export --as-test` writes. */
export type RecordToReplay = Omit<
  RunRecord,
  | 'definition'
  | 'audiences'
  | 'events'
  | 'sending'
  | 'steps'
  | 'end'
  | 'enrollment'
  | 'version'
  | 'isScrubbed'
  | 'notes'
> & {
  readonly definition: Written;
  readonly audiences: readonly Written[];
  readonly events: readonly object[];
  readonly sending: object;
  readonly steps: readonly {
    readonly step: string;
    readonly visit: number;
    readonly at: string;
    readonly outcome?: string;
  }[];
  readonly end: { readonly status: string; readonly step: string; readonly reason?: string };
};

/** Lives a recorded run again. `parted` says at which step it went another way than it did; nothing where it went the same. */
export async function replayRecord(
  record: RecordToReplay,
): Promise<Replayed & { readonly parted: string | undefined }> {
  const { definition: journey, audiences, channels, failing, from, to, profileId: id } = record;
  const { runs, sends } = await simulatePerson({
    ...{ journey, audiences, channels, failing, from, to, profileId: id },
    events: record.events as readonly JsonObject[],
    sending: record.sending,
  });
  const run = runs.find(({ journey: key }) => key === record.journey);
  const replayed: Replayed = {
    path: (run?.path ?? []).map(({ step, outcome }) => ({ step, ...(outcome !== undefined && { outcome }) })),
    sends: sends
      .filter(({ journey: key }) => key === record.journey)
      .map(({ step, destination, status }) => ({ step, destination, status })),
    end: {
      ...{ status: run?.status ?? 'never entered', step: run?.step ?? 'the entry' },
      ...(run?.reason !== undefined && { reason: run.reason }),
    },
  };
  return { ...replayed, parted: whereParted(record, replayed) };
}

/** Destinations take what they get, but for those that are said to fail. */
function answering({ channels = {}, failing = [] }: SimulatePersonInput): JourneySender {
  return {
    state: async (_ws, destination) => ({
      ...{ state: 'ready', hasDedup: true },
      ...(channels[destination] !== undefined && { channel: channels[destination] }),
    }),
    reaches: async () => true,
    rehearse: async () => ({ code: 'simulated' }),
    send: async ({ definition: { destination } }) =>
      failing.includes(destination) ? { kind: 'invalid', code: 'simulated' } : { kind: 'ok', code: 'simulated' },
    pause: async () => undefined,
  };
}

function personOf({ profileId: id = 'prf_simulated' }: SimulatePersonInput, events: readonly Event[]) {
  const firstAt = events[0]?.receivedAt ?? 0;
  const identifiers = (events[0]?.identifiers ?? []).map((one) => ({ ...one, firstSeenAt: firstAt }));
  const of = { id: profileId(id), createdAt: firstAt, evaluatedAt: firstAt, rulesetVersion: 1 };
  return {
    profile: { ...newProfile(of), identifiers },
    events: events.map((event, n): EventDoc => ({
      _id: event.messageId,
      ws,
      ...event,
      state: 'applied',
      lane: 'live',
      n,
    })),
    groups: [],
    suppressions: new Map(),
  };
}

function toEvent(raw: JsonObject, index: number): Event {
  const receivedAt = instantOf(raw['timestamp'] as When | undefined);
  if (receivedAt === undefined)
    throw new Error(`events[${index}].timestamp is no instant; write one such as "2026-03-01T12:00:00Z".`);
  const options = { receivedAt, source: 'test', isTrusted: true, json: storable };
  const parsed = parseEvent(
    { ...raw, timestamp: new Date(receivedAt).toISOString() },
    { ...options, makeMessageId: () => `m${index}` },
  );
  if ('event' in parsed) return parsed.event;
  throw new Error(`events[${index}]${parsed.rejection.path}: ${parsed.rejection.message}`);
}

function instantOf(when: When | undefined): number | undefined {
  if (when === undefined) return undefined;
  return when instanceof Date ? when.getTime() : readInstant(when);
}

function toRun({ journey, entryKey, step, enteredAt, conversions, path, ...run }: Enrollment): SimulatedRun {
  return {
    ...{ journey, entryKey, step, enteredAt, conversions },
    status: run.status === 'starting' ? 'active' : run.status,
    ...(run.reason !== undefined && { reason: run.reason }),
    ...(run.endedAt !== undefined && { endedAt: run.endedAt }),
    path: path.map(({ step: at, at: since, outcome }) => ({
      ...{ step: at, at: since },
      ...(outcome !== undefined && { outcome }),
    })),
  };
}
