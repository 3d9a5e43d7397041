import type { MemberCopyInput } from '../../../domain/audiences/member-copy';
import type { Operation } from '../../../domain/operations/operation';
import { startOperation } from '../../operations/start-operation';
import type { KeyCall } from '../../route';

/** Has the members of an audience put on a list. */
export function copyMembers(
  call: KeyCall,
  { id, from, list }: { readonly id: string; readonly from: string; readonly list: string },
): Promise<Operation> {
  const input = { from, list, source: call.principal.source } satisfies MemberCopyInput;
  return startOperation(call, { id, kind: 'audience-copy', input });
}
