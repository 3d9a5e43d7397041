import type { Operation } from '../../domain/operations/operation';
import { subjectsOf } from '../../domain/privacy/erase-profile';
import { profileId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import { erasePerson, owedAfter, type ErasedPerson, type PersonRef } from '../../store/erase-person';
import { carryOut } from '../carry-out';
import { takeDown } from '../operations/start-operation';
import { notFound } from '../problem';
import { readIdentifier } from '../profiles/find-profile';
import type { KeyCall } from '../route';
import { transact } from '../transact';
import { waitUntil } from '../wait-until';

type ErasureCall = Pick<KeyCall, 'deps' | 'ws' | 'principal' | 'now'>;

/** `prf_…`, or `type:value` whether or not anybody has it. Throws 404 for what is neither. */
export async function readRef({ deps, ws }: Pick<KeyCall, 'deps' | 'ws'>, ref: string): Promise<PersonRef> {
  if (ref.startsWith('prf_')) return { profile: profileId(ref) };
  const identifier = await readIdentifier(deps.store, ws, ref);
  if (!identifier) throw notFound('profile behind this reference; write prf_… or type:value, such as user_id:u1');
  return { identifier };
}

/**
 * Erases the person in one transaction, which also takes down the operation that clears what is stored about them. When this answers,
 * no event brings them back, and nothing is sent any more; an attempt to send that had begun has ended, or takes longer than 5 s.
 */
export async function startErasure(call: ErasureCall, ref: PersonRef): Promise<Operation> {
  const { deps, ws, now } = call;
  const { store } = deps;
  const { erased, operation, owed } = await transact(deps, async (session) => {
    const erased = await erasePerson(store, ws, ref, now, session);
    if (!erased) throw notFound('profile with this id');
    const { profiles, keys, values, pairs } = erased;
    const input = { profiles, keys, values, pairs, erasedAt: now } as unknown as JsonObject;
    const work = owedAfter(profiles, erased);
    return { erased, ...(await takeDown(call, { kind: 'erasure', input }, session, work)) };
  });
  void carryOut(deps, owed);
  await tellRuns(call, erased);
  await waitUntil(
    () => store.personRows.areSending(subjectsOf(ws, erased.profiles)),
    (areSending) => !areSending,
  );
  return operation;
}

async function tellRuns({ deps, ws }: ErasureCall, { workflowIds }: ErasedPerson): Promise<void> {
  const rung = await Promise.allSettled(workflowIds.map((workflowId) => deps.wakeRun(workflowId)));
  const failed = rung.filter(({ status }) => status === 'rejected').length;
  if (failed > 0) deps.log.warn({ ws, runs: failed }, 'runs that an erasure ended are told by the next sweep');
}
