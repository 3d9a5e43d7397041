import type { ProfileId } from '../../domain/ids';
import { maskText } from '../personal-data';
import { findProfile } from '../profiles/find-profile';
import { Problem } from '../problem';
import type { Call, KeyCall, Reply, Route } from '../route';

type Answer = Reply<Route['responses']>;

/** Whether what a route does belongs on record: what a management key changes. Asking a question is a POST, too, and changes nothing. */
const isOnRecord = ({ method, access }: Route): boolean =>
  method !== 'get' && 'scope' in access && !access.scope.endsWith(':read');

/**
 * Carries a request out and puts it on record before it is answered. Whom it is about is looked up before: an erasure leaves nobody to
 * look up. One that is refused, or answered from memory, changes nothing.
 */
export async function onRecord(
  route: Route,
  call: Call | KeyCall,
  requestId: string,
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (!('principal' in call) || !isOnRecord(route)) return run();
  const params = Object.entries((call.params ?? {}) as Record<string, string>);
  const ref = params.find(([name]) => name === 'ref')?.[1];
  const profile = ref === undefined ? undefined : await profileOf(call, ref);
  const answer = await run();
  if (answer.headers?.['Idempotency-Replayed'] !== undefined) return answer;
  const { deps, ws, principal } = call;
  await deps.store.audit.add(ws, {
    at: deps.clock(),
    key: principal.keyId,
    action: `${route.method.toUpperCase()} ${route.path}`,
    // Households and accounts have keys that others give them, an address of somebody perhaps.
    target: Object.fromEntries(params.flatMap(([name, text]) => (name === 'ref' ? [] : [[name, maskText(text)]]))),
    ...(profile !== undefined && { profile }),
    status: answer.status,
    requestId,
  });
  return answer;
}

/** `undefined` where it names nobody: the handler says so. */
async function profileOf({ deps, ws }: KeyCall, ref: string): Promise<ProfileId | undefined> {
  try {
    return (await findProfile(deps.store, ws, ref)).id;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
