import type { Request } from 'express';
import { renewEveryMs, type RequestName, type StoredAnswer } from '../store/idempotency';
import { conflict, invalidRequest, Problem } from './problem';
import type { Call, KeyCall, Route } from './route';

type Answer = Awaited<ReturnType<Route['run']>>;

/** Printable ASCII; the quotes of a structured string, which the draft asks for, are taken as part of it. */
const wellFormed = /^[\x21-\x7e]{1,255}$/;

/** The key by which a repeat is known; `undefined` when there is none, or the route needs none. Throws 400. */
export function idempotencyKeyOf(route: Route, req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || route.method !== 'post' || route.isIdempotent) return undefined;
  if (wellFormed.test(key)) return key;
  throw invalidRequest('The Idempotency-Key is not 1 to 255 visible ASCII characters; send a UUID.');
}

/**
 * Carries a POST out once for each `Idempotency-Key` of a sender, and answers a repeat as the first time
 * (draft-ietf-httpapi-idempotency-key-header-07). Only successes are kept: what failed may be tried again. Throws 409 while the first
 * is under way or when its answer is lost, and 422 when the key was used for another body.
 */
export async function runOnce(route: Route, call: Call | KeyCall, key: string | undefined): Promise<Answer> {
  if (key === undefined) return route.run(call);
  const principal = 'principal' in call ? `${call.ws}:${call.principal.keyId}` : 'root';
  const name: RequestName = { principal, what: `${route.method} ${call.url}`, key };
  const { idempotency } = call.deps.store;
  const keepMs = call.deps.limits.idempotencyHours * 3_600_000;
  const claim = await idempotency.claim(name, call.body, { now: call.now, keepMs });
  if (claim === 'under-way')
    throw conflict('The request with this Idempotency-Key is still being carried out; ask again in a moment.');
  if (claim === 'answer-lost')
    throw conflict(
      'The request with this Idempotency-Key was carried out, and its answer is lost; look at what is there.',
    );
  if (claim === 'other-body')
    throw new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used for another body; make a new one.');
  if (claim !== 'ours') return replayed(claim);
  return keepAnswer(route, call, name);
}

/** What was carried out is answered and not forgotten, even when its answer cannot be kept: then repeats get 409 until the key expires. */
async function keepAnswer(route: Route, call: Call | KeyCall, name: RequestName): Promise<Answer> {
  const { idempotency } = call.deps.store;
  const answer = await carryOut(route, call, name);
  try {
    await idempotency.keep(name, call.now, answer as StoredAnswer);
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    call.deps.log.warn({ code }, 'the answer to a request with an Idempotency-Key could not be kept');
    // Where this fails, too, the claim still holds for as long as one under way.
    await idempotency.markDone(name, call.now).catch(() => undefined);
  }
  return answer;
}

/** For as long as it takes the claim is renewed, so that a repeat finds it under way and not abandoned. */
async function carryOut(route: Route, call: Call | KeyCall, name: RequestName): Promise<Answer> {
  const { store, clock } = call.deps;
  // A renewal that fails is made up for by the next; where all do, the store is away, and nobody can take over.
  const renew = (): Promise<void> => store.idempotency.renew(name, call.now, clock()).catch(() => undefined);
  const renewing = setInterval(() => void renew(), renewEveryMs).unref();
  try {
    return await route.run(call);
  } catch (error) {
    await store.idempotency.forget(name, call.now);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

function replayed({ status, body, headers }: StoredAnswer): Answer {
  return { status, body: body, headers: { ...headers, 'Idempotency-Replayed': 'true' } };
}
