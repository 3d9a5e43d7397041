import type {
  Attachment,
  AttachmentInput,
  AttachmentState,
  AudienceDefinition,
  AudienceQuery,
  AudienceSize,
  AudienceVersion,
  ChangedMembers,
  DuplicatedAudience,
  Explanation,
  Member,
  MemberExport,
  Preview,
  PreviewInput,
  StoredAudience,
} from './audience-types';
import type { Operation } from './operation-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export function audiencesOf({ call, open }: Transport) {
  const list = (query: AudienceQuery = {}) =>
    call<Page<StoredAudience>>({ method: 'GET', path: '/v1/audiences', query: { ...query } });
  const members = (key: string, query: PageQuery = {}) =>
    call<Page<Member>>({ method: 'GET', path: path`/v1/audiences/${key}/members`, query: { ...query } });
  const versions = (key: string, query: PageQuery = {}) =>
    call<Page<AudienceVersion>>({ method: 'GET', path: path`/v1/audiences/${key}/versions`, query: { ...query } });
  const attachment = (key: string, destination: string) => path`/v1/audiences/${key}/destinations/${destination}`;

  return {
    list,
    each: (query: AudienceQuery = {}) => eachOf(list, query),
    get: (key: string) => call<StoredAudience>({ method: 'GET', path: path`/v1/audiences/${key}` }),
    put: (key: string, definition: AudienceDefinition) =>
      call<StoredAudience>({ method: 'PUT', path: path`/v1/audiences/${key}`, body: definition }),
    /** Everybody in it leaves it. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/audiences/${key}` }),
    members,
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
    eachMember: (key: string, query: PageQuery = {}) => eachOf((page) => members(key, page), query),
    /** Evaluates from stored events, by the plain definition; saves nothing. */
    preview: (key: string, input: PreviewInput = {}) =>
      call<Preview>({
        method: 'POST',
        path: path`/v1/audiences/${key}/preview`,
        body: input,
        isRepeatable: true,
      }),
    /** `points` instants from one end to the other, at most 200. */
    history: (key: string, query: { readonly from?: string; readonly to?: string; readonly points?: number } = {}) =>
      call<Page<AudienceSize>>({ method: 'GET', path: path`/v1/audiences/${key}/history`, query: { ...query } }),
    versions,
    eachVersion: (key: string, query: PageQuery = {}) => eachOf((page) => versions(key, page), query),
    /** Saves again what an earlier version said, as the next one. */
    rollback: (key: string, version: number) =>
      call<StoredAudience>({ method: 'POST', path: path`/v1/audiences/${key}/rollback`, body: { version } }),
    /** Why somebody is in it or not, now or at a past instant. */
    explain: (key: string, query: { readonly profile: string; readonly at?: string }) =>
      call<Explanation>({ method: 'GET', path: path`/v1/audiences/${key}/explain`, query: { ...query } }),
    /** Where it is kept in step. */
    attachments: (key: string, query: PageQuery = {}) =>
      call<Page<Attachment>>({ method: 'GET', path: path`/v1/audiences/${key}/destinations`, query: { ...query } }),
    attach: (key: string, destination: string, input: AttachmentInput = {}) =>
      call<AttachmentState>({ method: 'PUT', path: attachment(key, destination), body: input }),
    attachment: (key: string, destination: string) =>
      call<AttachmentState>({ method: 'GET', path: attachment(key, destination) }),
    detach: (key: string, destination: string) => call<void>({ method: 'DELETE', path: attachment(key, destination) }),
  };
}
