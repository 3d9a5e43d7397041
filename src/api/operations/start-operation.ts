import type { ClientSession } from 'mongodb';
import type { Operation } from '../../domain/operations/operation';
import type { OutboxWork } from '../../domain/profiles/change-set';
import type { NewOperation } from '../../store/operations';
import type { OutboxDoc } from '../../store/documents';
import { carryOut } from '../carry-out';
import type { KeyCall } from '../route';
import { transact } from '../transact';
import { presentOperation } from './presenter';

type OperationCall = Pick<KeyCall, 'deps' | 'ws' | 'principal' | 'now'>;
type AskedOperation = Pick<NewOperation, 'id' | 'kind' | 'input'>;

/**
 * Takes down long work and has a worker begin it. `also` writes in the same transaction what belongs to it; it may run more than once.
 */
export async function startOperation(
  call: OperationCall,
  of: AskedOperation,
  also: (session: ClientSession) => Promise<void> = async () => undefined,
): Promise<Operation> {
  const { deps } = call;
  const { operation, owed } = await transact(deps, async (session) => {
    const taken = await takeDown(call, of, session);
    await also(session);
    return taken;
  });
  void carryOut(deps, owed);
  return operation;
}

/** The same in a transaction of the caller's, who carries out what it owes after the commit: that a worker begins it, and `work`. */
export async function takeDown(
  { deps, ws, principal, now }: OperationCall,
  of: AskedOperation,
  session: ClientSession,
  work: readonly OutboxWork[] = [],
): Promise<{ readonly operation: Operation; readonly owed: readonly OutboxDoc[] }> {
  const asked = { ...of, startedBy: principal.keyId, createdAt: now };
  const operation = await deps.store.operations.create(ws, asked, session);
  const owing = [{ kind: 'operation' as const, operation: operation.id }, ...work];
  return { operation, owed: await deps.store.outbox.add(ws, owing, now, session) };
}

/** The answer of every route that starts one. */
export function accepted(operation: Operation) {
  return {
    status: 202 as const,
    body: presentOperation(operation),
    headers: { Location: `/v1/operations/${operation.id}` },
  };
}
