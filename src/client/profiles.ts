import type { ConsentHistory, ConsentInput, ConsentState } from './consent-types';
import type { Delivery } from './delivery-types';
import type { Enrollment } from './enrollment-types';
import type { StoredEvent } from './event-types';
import type { Operation } from './operation-types';
import { eachOf, type Page, type PageQuery } from './pages';
import type { KnownIdentifier, Merge, MergeOutcome, Profile, ProfileAudience } from './profile-types';
import { path, type Transport } from './transport';

/** Profiles by `ref`: `prf_…` or `type:value`, such as `user_id:u1`. */
export function profilesOf({ call }: Transport) {
  const list = (query: PageQuery & { readonly q?: string } = {}) =>
    call<Page<Profile>>({ method: 'GET', path: '/v1/profiles', query: { ...query } });
  const part =
    <Item>(name: string) =>
    (ref: string, query: PageQuery = {}) =>
      call<Page<Item>>({ method: 'GET', path: path`/v1/profiles/${ref}/${name}`, query: { ...query } });

  const merge = (ref: string, body: { readonly with: string; readonly dryRun?: boolean }) =>
    call<MergeOutcome>({ method: 'POST', path: path`/v1/profiles/${ref}/merge`, body, isRepeatable: true });
  const unmerge = (ref: string, body: { readonly profile: string; readonly dryRun?: boolean }) =>
    call<MergeOutcome>({ method: 'POST', path: path`/v1/profiles/${ref}/unmerge`, body });
  const enrollments = part<Enrollment>('enrollments');

  return {
    list,
    each: (query: PageQuery & { readonly q?: string } = {}) => eachOf(list, query),
    get: (ref: string) => call<Profile>({ method: 'GET', path: path`/v1/profiles/${ref}` }),
    events: part<StoredEvent>('events'),
    identifiers: part<KnownIdentifier>('identifiers'),
    /** Which profiles became this one. */
    merges: part<Merge>('merges'),
    /** Says that both are one person, and waits a moment until they are. */
    merge: (ref: string, other: string) => merge(ref, { with: other }),
    /** Who would absorb whom, and what would change. */
    planMerge: (ref: string, other: string) => merge(ref, { with: other, dryRun: true }),
    /** Takes the merge of `absorbed` back, and keeps the two apart from now on. */
    unmerge: (ref: string, absorbed: string) => unmerge(ref, { profile: absorbed }),
    /** What that would change. */
    planUnmerge: (ref: string, absorbed: string) => unmerge(ref, { profile: absorbed, dryRun: true }),
    audiences: part<ProfileAudience>('audiences'),
    enrollments,
    eachEnrollment: (ref: string, query: PageQuery = {}) => eachOf((page) => enrollments(ref, page), query),
    deliveries: part<Delivery>('deliveries'),
    /** How the person stands to each purpose, and what they said, newest first. */
    consent: (ref: string, query: PageQuery = {}) =>
      call<ConsentHistory>({ method: 'GET', path: path`/v1/profiles/${ref}/consent`, query: { ...query } }),
    /** Records what they said; answers how they stand once it is applied, which takes a moment. */
    putConsent: (ref: string, purpose: string, input: ConsentInput) =>
      call<ConsentState>({ method: 'PUT', path: path`/v1/profiles/${ref}/consent/${purpose}`, body: input }),
    /** Keeps the person and stops processing them. */
    restrict: (ref: string) =>
      call<{ readonly profile: string; readonly restrictedAt: string }>({
        method: 'PUT',
        path: path`/v1/profiles/${ref}/restriction`,
      }),
    liftRestriction: (ref: string) => call<void>({ method: 'DELETE', path: path`/v1/profiles/${ref}/restriction` }),
    /** Has everything that is kept of the person written into a file: `privacy.file` of the operation, once it has ended. */
    export: (ref: string) => call<Operation>({ method: 'POST', path: path`/v1/profiles/${ref}/export` }),
    /** Erases the person, or an identifier that nobody has yet. The operation ends with a receipt. */
    erase: (ref: string) => call<Operation>({ method: 'DELETE', path: path`/v1/profiles/${ref}` }),
  };
}
