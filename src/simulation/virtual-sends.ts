import { canMove, isFinal } from '../domain/delivery/delivery';
import { subjectOf } from '../domain/ids';
import { omit } from '../domain/json';
import type { Enrollment } from '../domain/journeys/enrollment';
import type { Memory } from './memory';
import type { Part } from './part';

/** Runs of one person, over their memory. */
export function runs(memory: Memory) {
  const change = (id: Enrollment['id'], changed: (run: Enrollment) => Enrollment | undefined): boolean => {
    const run = memory.enrollments.get(id);
    const after = run && changed(run);
    if (after) memory.enrollments.set(id, { ...after, rev: after.rev + 1 });
    return after !== undefined;
  };
  return {
    enrollments: {
      byId: async (_ws, id) => memory.enrollments.get(id),
      open: async (subjects, now) =>
        [...memory.enrollments.values()].filter((run) => subjects.includes(run.subject) && run.openUntil >= now),
      openOfHouseholds: async (subjects, now) =>
        [...memory.enrollments.values()].filter(
          ({ householdSubject = '', openUntil }) => subjects.includes(householdSubject) && openUntil >= now,
        ),
      write: async (_ws, writes) => {
        const present = writes.filter(
          ({ enrollment, readRev }) => memory.enrollments.get(enrollment.id)?.rev === readRev,
        );
        for (const { enrollment } of present) memory.enrollments.set(enrollment.id, enrollment);
        return present.length;
      },
      claim: async (_ws, { id, step, visit }, sending) =>
        change(id, (run) => {
          const isThere = run.status === 'active' && run.step === step && run.visit === visit;
          return isThere && run.sending === undefined ? { ...run, sending } : undefined;
        }),
      release: async (_ws, id, { key }) => {
        change(id, (run) => (run.sending?.key === key ? omit(run, 'sending') : undefined));
      },
      rest: async (_ws, id, { key, at }) => {
        change(id, (run) => (run.sending?.key === key ? { ...run, sending: { key, at, isResting: true } } : undefined));
      },
      takeUp: async (_ws, id, { key }, at) =>
        change(id, (run) => (run.sending?.key === key ? { ...run, sending: { key, at } } : undefined)),
    } satisfies Part<
      'enrollments',
      'byId' | 'open' | 'openOfHouseholds' | 'write' | 'claim' | 'release' | 'rest' | 'takeUp'
    >,
  };
}

/** What was sent to them. */
export function ledger(memory: Memory) {
  return {
    deliveries: {
      byKey: async (_ws, key) => memory.deliveries.get(key),
      byKeys: async (_ws, keys) => keys.flatMap((key) => memory.deliveries.get(key) ?? []),
      reserve: async (deliveries, now) => {
        for (const delivery of deliveries) {
          const { idempotencyKey: _id } = delivery;
          const fresh = { _id, id: _id, status: 'reserved', attempts: [], createdAt: now, updatedAt: now } as const;
          if (!memory.deliveries.has(_id)) memory.deliveries.set(_id, { ...delivery, ...fresh });
        }
      },
      change: async (_ws, changes) => {
        for (const { idempotencyKey, status, reason, consent, isOfChannel, now } of changes) {
          const found = memory.deliveries.get(idempotencyKey);
          if (!found || !canMove(found.status, status)) continue;
          memory.deliveries.set(idempotencyKey, {
            ...omit(found, 'reason'),
            ...{ status, updatedAt: now },
            ...(reason !== undefined && { reason }),
            ...(consent && { consent }),
            ...(isOfChannel && { isOfChannel }),
            ...(isFinal(status) && { settledAt: now }),
          });
        }
      },
      sendsTo: async (subjects, since) =>
        [...memory.deliveries.values()].filter(
          ({ subject, createdAt, isExempt }) => subjects.includes(subject) && createdAt >= since && isExempt !== true,
        ),
    } satisfies Part<'deliveries', 'byKey' | 'byKeys' | 'reserve' | 'change' | 'sendsTo'>,
  };
}

/** The places that sends have taken. */
export function places(memory: Memory) {
  return {
    sendPlaces: {
      of: async (ws, profiles) => profiles.flatMap((id) => memory.sendPlaces.get(subjectOf(ws, id)) ?? []),
      write: async (ws, profile, { readRev, places, expireAt }) => {
        const subject = subjectOf(ws, profile);
        memory.sendPlaces.set(subject, { _id: subject, ws, subject, places, expireAt, rev: readRev + 1 });
        return true;
      },
      release: async (ws, profiles, attempt) => {
        for (const id of profiles) {
          const found = memory.sendPlaces.get(subjectOf(ws, id));
          if (found) {
            const places = found.places.filter((place) => place.attempt !== attempt);
            memory.sendPlaces.set(found._id, { ...found, places, rev: found.rev + 1 });
          }
        }
      },
    } satisfies Part<'sendPlaces', 'of' | 'write' | 'release'>,
    // One person is lived through: no other member has a household's place.
    householdSends: {
      find: async (id) => memory.householdSends.get(id),
      take: async (doc) => {
        memory.householdSends.set(doc._id, doc);
        return true;
      },
      release: async (subject, attempt) => {
        for (const doc of memory.householdSends.values())
          if (doc.subject === subject && doc.attempt === attempt) memory.householdSends.delete(doc._id);
      },
    } satisfies Part<'householdSends', 'find' | 'take' | 'release'>,
  };
}
