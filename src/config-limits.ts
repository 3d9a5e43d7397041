import type { z } from 'zod';
import { bytes, defaulted, wholeNumber } from './config-kinds';

/**
 * A list of small numbers takes up to six times its JSON as BSON, `identify` keeps the traits of its context twice, and all of it
 * must stay within the 16 MB of a document, of the event and of the profile that gains the traits.
 */
export const mostEventBytes = 524_288;
/** MongoDB stores 100 levels of nesting, and a document around an event is some of them. */
export const mostJsonDepth = 80;

/** Runs of journeys that a worker keeps in memory, where nobody says otherwise. */
export const usualCachedRuns = 600;

/** What the doors let through, and how fast; docs/operations/limits.md says what a sender sees of each. */
export const limitVariables = {
  HEDDLE_MAX_BODY_BYTES: defaulted(
    bytes(64 * 1_048_576),
    '4194304',
    'The largest request body, counted after decompression.',
  ),
  HEDDLE_MAX_DEFINITION_BYTES: defaulted(
    bytes(16 * 1_048_576),
    '1048576',
    'The largest body of a management request, counted after decompression. It is parsed in one go, which keeps others waiting.',
  ),
  HEDDLE_MAX_BATCH_EVENTS: defaulted(wholeNumber(1, 100_000), '10000', 'The most events in one batch request.'),
  HEDDLE_MAX_EVENT_BYTES: defaulted(bytes(mostEventBytes), '32768', 'The largest single event.'),
  HEDDLE_MAX_JSON_DEPTH: defaulted(wholeNumber(4, mostJsonDepth), '64', 'The deepest nesting of a JSON body.'),
  HEDDLE_PAGE_SIZE_MAX: defaulted(wholeNumber(1, 10_000), '1000', 'The most items on one page of a list.'),
  HEDDLE_PREVIEW_ASKS_ALL: defaulted(
    wholeNumber(1, 100_000_000),
    '5000',
    'Up to how many profiles a preview asks everybody; among more it asks some at random, unless it is to be exact.',
  ),
  HEDDLE_PREVIEW_SAMPLE: defaulted(
    wholeNumber(100, 100_000),
    '1000',
    'How many profiles such a preview asks. More make its bounds closer, and its answer slower.',
  ),
  HEDDLE_SIMULATION_PEOPLE: defaulted(
    wholeNumber(1, 10_000_000),
    '10000',
    'How many people a simulation looks at, at most; among more it looks at some at random.',
  ),
  HEDDLE_SIMULATION_DAYS: defaulted(wholeNumber(1, 3_650), '90', 'How many days a simulation covers, at most.'),
  HEDDLE_APPROVAL_ABOVE: defaulted(
    wholeNumber(0, 100_000_000),
    '10000',
    'How many people one key may move, end or enrol at once by a change of a journey. Above it another key has to approve.',
  ),
  HEDDLE_CACHED_RUNS: defaulted(
    wholeNumber(10, 100_000),
    String(usualCachedRuns),
    'How many runs of journeys a worker keeps in memory, about 0.2 MB each. One that it does not keep is read from Temporal and gone through again whenever it goes on.',
  ),
  HEDDLE_INTAKE_BATCH: defaulted(wholeNumber(1, 500), '500', 'The most events applied in one transaction.'),
  HEDDLE_BACKFILL_PAUSE_MS: defaulted(
    wholeNumber(0, 60_000),
    '5',
    'How long a back-fill rests after every 50 profiles that it brings to saved definitions. Longer leaves more of the store to live events.',
  ),
  HEDDLE_BODY_SECONDS: defaulted(
    wholeNumber(1, 600),
    '20',
    'How long a request may take to arrive whole. One that trickles in is ended with 408.',
  ),
  HEDDLE_MAX_BYTES_IN_FLIGHT: defaulted(
    bytes(64 * 1_073_741_824),
    '67108864',
    'The most bytes of bodies that one API process reads, parses and stores at the same time. More is answered 503 before it is read.',
  ),
  HEDDLE_MAX_KEY_BYTES_IN_FLIGHT: defaulted(
    bytes(64 * 1_073_741_824),
    '16777216',
    'How many of them may be of one key, or of one address as long as no key is known. More is answered 429 before it is read.',
  ),
  HEDDLE_INSERTS_AT_ONCE: defaulted(
    wholeNumber(1, 50),
    '4',
    'How many inserts of events one API process has under way. Keys take turns; one key has half of them at most.',
  ),
  HEDDLE_RATE_SECONDS: defaulted(
    wholeNumber(1, 3_600),
    '10',
    'The window over which rates are counted: a sender may use what it has for a window at once.',
  ),
  HEDDLE_WORKSPACE_EVENTS_PER_SECOND: defaulted(
    wholeNumber(1, 10_000_000),
    '20000',
    'How many events a workspace may send in a second, on average over the window.',
  ),
  HEDDLE_KEY_EVENTS_PER_SECOND: defaulted(
    wholeNumber(1, 10_000_000),
    '10000',
    'The same for one key that has no rate of its own.',
  ),
  HEDDLE_WORKSPACE_REQUESTS_PER_SECOND: defaulted(
    wholeNumber(1, 1_000_000),
    '500',
    'How many management requests a workspace may make in a second, on average over the window.',
  ),
  HEDDLE_KEY_REQUESTS_PER_SECOND: defaulted(
    wholeNumber(1, 1_000_000),
    '200',
    'The same for one key that has no rate of its own.',
  ),
  HEDDLE_WORKSPACE_DECISIONS_PER_SECOND: defaulted(
    wholeNumber(1, 1_000_000),
    '2000',
    'How often the pages and servers of a workspace may ask about a visitor in a second (`GET /v1/decide`), on average over the window.',
  ),
  HEDDLE_KEY_DECISIONS_PER_SECOND: defaulted(
    wholeNumber(1, 1_000_000),
    '1000',
    'The same for one key that has no rate of its own.',
  ),
  HEDDLE_API_PROCESSES: defaulted(
    wholeNumber(1, 1_000),
    '1',
    'How many API processes share the traffic. Each counts by itself and lets through its share of the rates.',
  ),
  HEDDLE_FAILED_KEYS_PER_MINUTE: defaulted(
    wholeNumber(1, 100_000),
    '60',
    'How many unknown, expired or revoked keys one address may try in a minute. After that it is answered 429; keys that have worked lately still do.',
  ),
  HEDDLE_IDEMPOTENCY_HOURS: defaulted(
    wholeNumber(1, 720),
    '24',
    'How long the answer to a request with an `Idempotency-Key` is kept and given again.',
  ),
  HEDDLE_RESUMED_SENDS_PER_SECOND: defaulted(
    wholeNumber(1, 1_000_000),
    '50',
    'How many sends that a stop of all sends had held go on in a second, on average, once it is taken back.',
  ),
  HEDDLE_SESSION_MINUTES: defaulted(
    wholeNumber(1, 1_440),
    '30',
    'After how long without an event of a person their session is over: content for a session is shown until then.',
  ),
  HEDDLE_CHANGE_STREAMS: defaulted(
    wholeNumber(1, 10_000),
    '100',
    'How many streams of changes of audiences one API process has open. More are answered 429.',
  ),
  HEDDLE_WORKSPACE_CHANGE_STREAMS: defaulted(wholeNumber(1, 10_000), '20', 'How many of them may be of one workspace.'),
  HEDDLE_CHANGE_STREAM_SECONDS: defaulted(
    wholeNumber(10, 86_400),
    '3600',
    'After how long a stream of changes ends, and its client connects again where it was.',
  ),
};

type Limits = { readonly [Name in keyof typeof limitVariables]: z.output<(typeof limitVariables)[Name]> };

export function toLimits(env: Limits) {
  return {
    maxBodyBytes: env.HEDDLE_MAX_BODY_BYTES,
    maxDefinitionBytes: env.HEDDLE_MAX_DEFINITION_BYTES,
    maxBatchEvents: env.HEDDLE_MAX_BATCH_EVENTS,
    event: { maxBytes: env.HEDDLE_MAX_EVENT_BYTES, maxDepth: env.HEDDLE_MAX_JSON_DEPTH },
    pageSizeMax: env.HEDDLE_PAGE_SIZE_MAX,
    approvalAbove: env.HEDDLE_APPROVAL_ABOVE,
    preview: { asksAll: env.HEDDLE_PREVIEW_ASKS_ALL, sample: env.HEDDLE_PREVIEW_SAMPLE },
    simulation: { people: env.HEDDLE_SIMULATION_PEOPLE, days: env.HEDDLE_SIMULATION_DAYS },
    cachedRuns: env.HEDDLE_CACHED_RUNS,
    intakeBatch: env.HEDDLE_INTAKE_BATCH,
    backfillPauseMs: env.HEDDLE_BACKFILL_PAUSE_MS,
    bodySeconds: env.HEDDLE_BODY_SECONDS,
    maxBytesInFlight: env.HEDDLE_MAX_BYTES_IN_FLIGHT,
    maxKeyBytesInFlight: env.HEDDLE_MAX_KEY_BYTES_IN_FLIGHT,
    insertsAtOnce: env.HEDDLE_INSERTS_AT_ONCE,
    failedKeysPerMinute: env.HEDDLE_FAILED_KEYS_PER_MINUTE,
    idempotencyHours: env.HEDDLE_IDEMPOTENCY_HOURS,
    resumedSendsPerSecond: env.HEDDLE_RESUMED_SENDS_PER_SECOND,
    sessionMs: env.HEDDLE_SESSION_MINUTES * 60_000,
    changeStreams: {
      most: env.HEDDLE_CHANGE_STREAMS,
      ofWorkspace: env.HEDDLE_WORKSPACE_CHANGE_STREAMS,
      seconds: env.HEDDLE_CHANGE_STREAM_SECONDS,
    },
    rates: {
      windowSeconds: env.HEDDLE_RATE_SECONDS,
      processes: env.HEDDLE_API_PROCESSES,
      workspaceEvents: env.HEDDLE_WORKSPACE_EVENTS_PER_SECOND,
      keyEvents: env.HEDDLE_KEY_EVENTS_PER_SECOND,
      workspaceRequests: env.HEDDLE_WORKSPACE_REQUESTS_PER_SECOND,
      keyRequests: env.HEDDLE_KEY_REQUESTS_PER_SECOND,
      workspaceDecisions: env.HEDDLE_WORKSPACE_DECISIONS_PER_SECOND,
      keyDecisions: env.HEDDLE_KEY_DECISIONS_PER_SECOND,
    },
  } as const;
}
