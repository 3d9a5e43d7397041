import type { JsonObject } from '../domain/json';
import type { Group, GroupDetail, GroupMember, GroupPolicy } from './group-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

/** Households, or accounts; people by `ref`: `prf_…` or `type:value`. */
export function groupsOf({ call }: Transport, of: 'households' | 'accounts') {
  const list = (query: PageQuery = {}) =>
    call<Page<Group>>({ method: 'GET', path: path`/v1/${of}`, query: { ...query } });
  const members = (key: string, query: PageQuery = {}) =>
    call<Page<GroupMember>>({ method: 'GET', path: path`/v1/${of}/${key}/members`, query: { ...query } });
  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<GroupDetail>({ method: 'GET', path: path`/v1/${of}/${key}` }),
    /** Traits not named stay; null deletes. */
    setTraits: (key: string, traits: JsonObject) =>
      call<Group>({ method: 'PUT', path: path`/v1/${of}/${key}`, body: { traits } }),
    members,
    eachMember: (key: string, query: PageQuery = {}) => eachOf((page) => members(key, page), query),
    /** Answers the member, or the id of the profile alone while the intake has yet to come to it. */
    addMember: (key: string, ref: string, body: { readonly role?: string } = {}) =>
      call<GroupMember | Pick<GroupMember, 'profileId'>>({
        method: 'PUT',
        path: path`/v1/${of}/${key}/members/${ref}`,
        body,
      }),
    removeMember: (key: string, ref: string) =>
      call<void>({ method: 'DELETE', path: path`/v1/${of}/${key}/members/${ref}` }),
  };
}

/** Households, and the policy that says who belongs together: as one, or to one account. */
export function householdsOf(transport: Transport) {
  const { call } = transport;
  return {
    ...groupsOf(transport, 'households'),
    policy: () => call<GroupPolicy>({ method: 'GET', path: '/v1/policies/households' }),
    /** Everybody is looked at anew, and no journey starts by it. */
    setPolicy: (policy: GroupPolicy) =>
      call<GroupPolicy>({ method: 'PUT', path: '/v1/policies/households', body: policy }),
  };
}
