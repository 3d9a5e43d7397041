import { z } from 'zod';
import { enrollEvent, enrollMessageId, type EnrollAsk } from '../../domain/events/enroll';
import type { WorkspaceId } from '../../domain/ids';
import { strongestOf } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import { intakePartition, pendingEventDoc } from '../../store/pending-event';
import type { Store } from '../../store/store';
import { waitForIntake, waitForRoom, type BulkLaneDeps } from '../bulk-lane';
import { defineOperation, type Step } from './define-operation';
import type { OperationContext, OperationKind } from './operation-kind';
import { takeTurn } from './pace';

export interface EnrolMembersDeps extends BulkLaneDeps {
  readonly store: Pick<Store, 'events' | 'identifiers' | 'memberships' | 'profiles'>;
  readonly clock: () => number;
  readonly ringIntake: (ws: WorkspaceId, partition: number) => void;
}

/** What the API asks for: whom, by their audience, and how many of them in a second. */
export interface EnrolMembersInput {
  readonly journey: string;
  readonly audience: string;
  readonly perSecond: number;
  /** Of the key that asked. */
  readonly source: string;
  /** The instant of a schedule: nobody asked then. */
  readonly at?: number;
}

const Cursor = z.object({
  after: z.string().optional(),
  asked: z.int(),
  /** Members whom nothing identifies any more by the time they are read. */
  skipped: z.int(),
  lastAt: z.number(),
  isOver: z.boolean(),
});
type Cursor = z.output<typeof Cursor>;

const membersPerStep = 500;
const mostMs = 4_000;

/**
 * Asks for a run of a journey for each present member of an audience: one event for each on the bulk lane, of one name, so that a step that is
 * done twice asks once. Whether they enter, the journey says when the event is applied.
 */
export function createEnrolMembers(deps: EnrolMembersDeps, perStep = membersPerStep): OperationKind {
  return defineOperation<Cursor>({
    cursor: Cursor,
    beginning: { asked: 0, skipped: 0, lastAt: 0, isOver: false },
    step: (context, cursor) => step(deps, context, cursor, perStep),
  });
}

const inputOf = ({ input }: OperationContext['operation']): EnrolMembersInput => input as unknown as EnrolMembersInput;

async function step(
  deps: EnrolMembersDeps,
  context: OperationContext,
  cursor: Cursor,
  perStep: number,
): Promise<Step<Cursor>> {
  const { ws, operation, signal } = context;
  const { audience } = inputOf(operation);
  const total = operation.progress.total ?? (await deps.store.memberships.size(ws, audience));
  const after = cursor.isOver ? cursor : await askPage(deps, context, cursor, perStep);
  const { asked, skipped, isOver, lastAt } = after;
  const progress = { done: asked + skipped, total: Math.max(total, asked + skipped) };
  if (!isOver) return { progress, cursor: after };
  const isTaken = asked === 0 || (await waitForIntake(deps, ws, lastAt, { signal, mostMs }));
  if (!isTaken) return { progress, cursor: after };
  // All of them are applied by now: each says whether it has begun a run.
  const entered = await deps.store.events.countBegun(ws, enrollMessageId(`${operation.id}-`));
  return { progress, result: { asked, skipped, entered } };
}

async function askPage(
  deps: EnrolMembersDeps,
  { ws, operation, signal }: OperationContext,
  cursor: Cursor,
  perStep: number,
): Promise<Cursor> {
  const { memberships, profiles } = deps.store;
  const { audience, perSecond } = inputOf(operation);
  const room = await waitForRoom(deps, ws, { signal, mostMs });
  const turn = room === 0 ? 0 : await takeTurn({ perSecond, lastAt: cursor.lastAt }, deps.clock, signal);
  const limit = Math.min(room, turn, perStep);
  if (limit === 0) return cursor;
  const lastAt = deps.clock();
  const page = await memberships.members(ws, audience, limit, cursor.after);
  const people = await profiles.canonicalOf(
    ws,
    page.map(({ profile }) => profile),
  );
  const asked = await ask(deps, ws, operation, [...people.values()], lastAt);
  const last = page.at(-1)?.cursor ?? cursor.after;
  return {
    ...(last !== undefined && { after: last }),
    asked: cursor.asked + asked,
    skipped: cursor.skipped + page.length - asked,
    lastAt,
    isOver: page.length < limit,
  };
}

async function ask(
  { store, ringIntake }: EnrolMembersDeps,
  ws: WorkspaceId,
  operation: OperationContext['operation'],
  people: readonly Profile[],
  now: number,
): Promise<number> {
  const { journey, source, at } = inputOf(operation);
  const why = whyAsked(at);
  const docs = people.flatMap((profile, n) => {
    const by = strongestOf(profile);
    if (!by) return [];
    const id = `${operation.id}-${profile.id}`;
    const event = { ...enrollEvent({ id, journey, ...why, source }, by, now), occurredAt: at ?? now };
    const bytes = Buffer.byteLength(JSON.stringify(event));
    return [pendingEventDoc(store.identifiers, ws, event, { lane: 'bulk', bytes, n })];
  });
  if (docs.length === 0) return 0;
  await store.events.insertPending(docs);
  ringIntake(ws, intakePartition);
  return docs.length;
}

/** What is scheduled has happened at its instant, whenever it comes to be asked. */
const whyAsked = (at: number | undefined): Pick<EnrollAsk, 'by' | 'properties'> =>
  at === undefined
    ? { by: 'enrol-existing', properties: {} }
    : { by: 'schedule', properties: { at: new Date(at).toISOString() } };
