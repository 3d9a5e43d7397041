import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { transact } from '../transact';

/** A key of the same kind, scopes and source; the old one ends after the overlap. Throws 404, and 409 for one that has ended. */
export async function rotateKey({ deps, ws, now }: KeyCall, id: string, overlapMs: number) {
  return transact(deps, async (session) => {
    const before = await deps.store.keys.find(ws, id, session);
    if (!before) throw notFound('such key');
    const hasEnded = before.disabledAt !== undefined || (before.expiresAt ?? Infinity) <= now;
    if (hasEnded) throw conflict('The key has ended already; make another one.');
    await deps.store.keys.expire(ws, id, now + overlapMs, session);
    const { name, kind, scopes, source, ratePerSecond } = before;
    const rate = ratePerSecond === undefined ? {} : { ratePerSecond };
    const key = { name, kind, scopes, source, ...rate, createdAt: now, replaces: id };
    return deps.store.keys.create(ws, deps.keyEnvironment, key, session);
  });
}
