import type { ChangedMembers, DuplicatedAudience, MemberExport } from './audience-types';
import type { Operation } from './operation-types';
import { path, type Transport } from './transport';

/** What is done by hand with the members of an audience, and with the whole of it. */
export function audienceMembersOf({ call, open }: Transport) {
  return {
    /** Puts people into a manual audience, and takes them out; `prf_…` or `type:value`. Whoever is in both is taken out. */
    changeMembers: (key: string, changes: { readonly add?: readonly string[]; readonly remove?: readonly string[] }) =>
      call<ChangedMembers>({
        method: 'POST',
        path: path`/v1/audiences/${key}/members`,
        body: changes,
        isRepeatable: true,
      }),
    /** Puts the present members of another audience into a manual one. */
    copyMembers: (key: string, from: string) =>
      call<Operation>({ method: 'POST', path: path`/v1/audiences/${key}/members/copy`, body: { from } }),
    /** The present members as a file, as it arrives. */
    exportMembers: (key: string, { format, identifiers, traits }: MemberExport = {}) =>
      open({
        method: 'GET',
        path: path`/v1/audiences/${key}/members/export`,
        query: {
          ...(format !== undefined && { format }),
          ...(identifiers && { identifiers: identifiers.join(',') }),
          ...(traits && { traits: traits.join(',') }),
        },
      }),
    /** Saves what an audience says under another key. */
    duplicate: (key: string, as: { readonly key: string; readonly name: string; readonly members?: boolean }) =>
      call<DuplicatedAudience>({ method: 'POST', path: path`/v1/audiences/${key}/duplicate`, body: as }),
    star: (key: string) => call<void>({ method: 'PUT', path: path`/v1/audiences/${key}/star` }),
    unstar: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/audiences/${key}/star` }),
  };
}
