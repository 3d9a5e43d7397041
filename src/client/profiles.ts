import { eachOf } from './pages';
import { path, type Transport } from './transport';
import type { Delivery, Enrollment, Page, PageQuery, Profile, ProfileAudience, StoredEvent } from './types';

/** Profiles by `ref`: `prf_…` or `type:value`, such as `user_id:u1`. */
export function profilesOf({ call }: Transport) {
  const list = (query: PageQuery & { readonly q?: string } = {}) =>
    call<Page<Profile>>({ method: 'GET', path: '/v1/profiles', query: { ...query } });
  const part =
    <Item>(name: string) =>
    (ref: string, query: PageQuery = {}) =>
      call<Page<Item>>({ method: 'GET', path: path`/v1/profiles/${ref}/${name}`, query: { ...query } });

  return {
    list,
    each: (query: PageQuery & { readonly q?: string } = {}) => eachOf(list, query),
    get: (ref: string) => call<Profile>({ method: 'GET', path: path`/v1/profiles/${ref}` }),
    events: part<StoredEvent>('events'),
    audiences: part<ProfileAudience>('audiences'),
    enrollments: part<Enrollment>('enrollments'),
    deliveries: part<Delivery>('deliveries'),
  };
}
