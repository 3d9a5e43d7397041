import { noSuchType, type IdentifierTypes } from '../../domain/identity/workspace-types';
import { invalidRequest } from '../problem';

/** Throws 400, with those there are, for a `type` that the workspace does not have. */
export function refuseUnknownType(types: IdentifierTypes, type: string, part: 'body' | 'query'): void {
  if (types.has(type)) return;
  const message = noSuchType(types);
  throw invalidRequest(message, [{ in: part, pointer: '/type', message }]);
}
