import type {
  Attachment,
  AttachmentInput,
  AttachmentState,
  AudienceDefinition,
  AudienceQuery,
  AudienceSize,
  ChangesPage,
  ChangesQuery,
  Explanation,
  Member,
  Preview,
  PreviewInput,
  StoredAudience,
} from './audience-types';
import { audienceMembersOf } from './audience-members';
import { audienceVersionsOf, type SaveQuery } from './audience-versions';
import { followChanges, openChanges, type FollowOptions } from './follow-changes';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

/** With `heldOut`, only those who are held out, or who are not. */
type MembersQuery = PageQuery & { readonly heldOut?: boolean };

export function audiencesOf(transport: Transport) {
  const { call } = transport;
  const list = (query: AudienceQuery = {}) =>
    call<Page<StoredAudience>>({ method: 'GET', path: '/v1/audiences', query: { ...query } });
  const members = (key: string, query: MembersQuery = {}) =>
    call<Page<Member>>({ method: 'GET', path: path`/v1/audiences/${key}/members`, query: { ...query } });
  const attachment = (key: string, destination: string) => path`/v1/audiences/${key}/destinations/${destination}`;

  return {
    list,
    each: (query: AudienceQuery = {}) => eachOf(list, query),
    get: (key: string) => call<StoredAudience>({ method: 'GET', path: path`/v1/audiences/${key}` }),
    put: (key: string, definition: AudienceDefinition, query: SaveQuery = {}) =>
      call<StoredAudience>({ method: 'PUT', path: path`/v1/audiences/${key}`, query: { ...query }, body: definition }),
    /** Everybody in it leaves it. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/audiences/${key}` }),
    ...audienceVersionsOf(transport),
    members,
    ...audienceMembersOf(transport),
    eachMember: (key: string, query: MembersQuery = {}) => eachOf((page) => members(key, page), query),
    /** Who came and who left after a cursor; an empty page says that there is no more at present. */
    changes: (key: string, query: ChangesQuery & { readonly limit?: number } = {}) =>
      call<ChangesPage>({ method: 'GET', path: path`/v1/audiences/${key}/changes`, query: { ...query } }),
    /** Each as it happens, for ever: `for await (const { id, change, profile } of client.audiences.follow('vip', { after }))`. */
    follow: (key: string, options: FollowOptions = {}) => followChanges(transport, key, options),
    /** The lines of the stream, as they come. */
    openChanges: (key: string, options: FollowOptions = {}, lastEventId?: string) =>
      openChanges(transport, key, options, lastEventId),
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
