import { z } from 'zod';
import type { MemberCopyInput } from '../../domain/audiences/member-copy';
import type { Event } from '../../domain/events/event';
import type { WorkspaceId } from '../../domain/ids';
import { byStrength, usualRules } from '../../domain/identity/identity-rules';
import type { Profile } from '../../domain/profiles/profile';
import { intakePartition, pendingEventDoc } from '../../store/pending-event';
import type { Store } from '../../store/store';
import { waitForIntake, waitForRoom, type BulkLaneDeps } from '../bulk-lane';
import { defineOperation, type Step } from './define-operation';
import type { OperationContext, OperationKind } from './operation-kind';

export interface MemberCopyDeps extends BulkLaneDeps {
  readonly store: Pick<Store, 'events' | 'identifiers' | 'memberships' | 'profiles'>;
  readonly ringIntake: (ws: WorkspaceId, partition: number) => void;
}

const Cursor = z.object({
  after: z.string().optional(),
  copied: z.int(),
  /** Members whom nothing identifies any more by the time they are read. */
  skipped: z.int(),
  room: z.int(),
  /** When the last events were stored: the intake takes them in that order. */
  storedAt: z.number().optional(),
  isOver: z.boolean(),
});
type Cursor = z.output<typeof Cursor>;

const usualMembersPerStep = 500;

interface Copying extends MemberCopyDeps {
  /** Whose events one step stores. */
  readonly membersPerStep: number;
}
/** How long one step waits for the intake before it lets itself be looked at. */
const mostMs = 4_000;

/**
 * Puts whoever is in one audience on the list of another, as of the instant it was asked for: who is taken off by hand meanwhile stays off.
 * An event for each on the bulk lane, of one name, so that a step that is done twice does it once.
 */
export function createMemberCopy(deps: MemberCopyDeps, membersPerStep = usualMembersPerStep): OperationKind {
  return defineOperation<Cursor>({
    cursor: Cursor,
    beginning: { copied: 0, skipped: 0, room: 0, isOver: false },
    step: (context, cursor) => step({ ...deps, membersPerStep }, context, cursor),
  });
}

async function step(deps: Copying, context: OperationContext, cursor: Cursor): Promise<Step<Cursor>> {
  const { ws, operation, signal } = context;
  const { from } = operation.input as MemberCopyInput;
  const total = operation.progress.total ?? (await deps.store.memberships.size(ws, from));
  const after = cursor.isOver ? cursor : await copyPage(deps, context, cursor);
  const { copied, skipped, storedAt, isOver } = after;
  const progress = { done: copied + skipped, total: Math.max(total, copied + skipped) };
  if (!isOver) return { progress, cursor: after };
  const isTaken = storedAt === undefined || (await waitForIntake(deps, ws, storedAt, { signal, mostMs }));
  return isTaken ? { progress, result: { copied, skipped } } : { progress, cursor: after };
}

async function copyPage(
  deps: Copying,
  { ws, operation, signal, now }: OperationContext,
  cursor: Cursor,
): Promise<Cursor> {
  const { memberships, profiles, events, identifiers } = deps.store;
  const input = operation.input as MemberCopyInput;
  const room = cursor.room > 0 ? cursor.room : await waitForRoom(deps, ws, { signal, mostMs });
  if (room === 0) return cursor;
  const page = await memberships.members(ws, input.from, deps.membersPerStep, cursor.after);
  const ids = page.map(({ profile }) => profile);
  const people = [...(await profiles.canonicalOf(ws, ids)).values()];
  const made = people.flatMap((profile) =>
    toEvent(profile, { id: operation.id, ...input, now, at: operation.createdAt }),
  );
  const docs = made.map((event, index) => {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    return pendingEventDoc(identifiers, ws, event, { lane: 'bulk', bytes, n: index });
  });
  if (docs.length > 0) await events.insertPending(docs);
  if (docs.length > 0) deps.ringIntake(ws, intakePartition);
  const last = page.at(-1)?.cursor ?? cursor.after;
  return {
    ...(last !== undefined && { after: last }),
    copied: cursor.copied + docs.length,
    skipped: cursor.skipped + page.length - docs.length,
    room: Math.max(room - docs.length, 0),
    ...(docs.length > 0 ? { storedAt: now } : cursor.storedAt !== undefined && { storedAt: cursor.storedAt }),
    isOver: page.length < deps.membersPerStep,
  };
}

type CopyOf = MemberCopyInput & { readonly id: string; readonly now: number; readonly at: number };

function toEvent(profile: Profile, { id, list, source, now, at }: CopyOf): Event[] {
  const [by] = [...profile.identifiers].sort(byStrength(usualRules));
  if (!by) return [];
  return [
    {
      ...{ messageId: `${id}-${profile.id}`, kind: 'identify', name: 'identify', occurredAt: now, receivedAt: now },
      identifiers: [{ type: by.type, value: by.value }],
      ...{ properties: {}, traits: {}, context: {}, source, isTrusted: true, isAboutProfile: true },
      listing: { list, isOn: true, at },
    },
  ];
}
