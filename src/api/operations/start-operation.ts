import type { ClientSession } from 'mongodb';
import type { Operation } from '../../domain/operations/operation';
import type { NewOperation } from '../../store/operations';
import type { OutboxDoc } from '../../store/documents';
import { carryOut } from '../carry-out';
import type { KeyCall } from '../route';
import { transact } from '../transact';
import { presentOperation } from './presenter';

/**
 * Takes down long work and has a worker begin it. `also` writes in the same transaction what belongs to it; it may run more than once.
 */
export async function startOperation(
  { deps, ws, principal, now }: Pick<KeyCall, 'deps' | 'ws' | 'principal' | 'now'>,
  of: Pick<NewOperation, 'id' | 'kind' | 'input'>,
  also: (session: ClientSession) => Promise<void> = async () => undefined,
): Promise<Operation> {
  const { operation, owed } = await transact(deps, async (session) => {
    const created = await deps.store.operations.create(
      ws,
      { ...of, startedBy: principal.keyId, createdAt: now },
      session,
    );
    await also(session);
    const owing: OutboxDoc[] = await deps.store.outbox.add(
      ws,
      [{ kind: 'operation', operation: created.id }],
      now,
      session,
    );
    return { operation: created, owed: owing };
  });
  void carryOut(deps, owed);
  return operation;
}

/** The answer of every route that starts one. */
export function accepted(operation: Operation) {
  return {
    status: 202 as const,
    body: presentOperation(operation),
    headers: { Location: `/v1/operations/${operation.id}` },
  };
}
