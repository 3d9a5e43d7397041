import { eachOf } from './pages';
import { path, type Transport } from './transport';
import type {
  Enrollment,
  EnrollmentDetail,
  Funnel,
  JourneyDefinition,
  Page,
  PageQuery,
  PublishInput,
  SavedDraft,
  StoredJourney,
} from './types';

export function journeysOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<StoredJourney>>({ method: 'GET', path: '/v1/journeys', query: { ...query } });
  const enrollments = (key: string, query: PageQuery = {}) =>
    call<Page<Enrollment>>({ method: 'GET', path: path`/v1/journeys/${key}/enrollments`, query: { ...query } });

  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<StoredJourney>({ method: 'GET', path: path`/v1/journeys/${key}` }),
    /** Saves the draft, and answers what stands in the way of publishing it. */
    put: (key: string, definition: JourneyDefinition) =>
      call<SavedDraft>({ method: 'PUT', path: path`/v1/journeys/${key}`, body: definition }),
    publish: (key: string, input: PublishInput = {}) =>
      call<StoredJourney>({ method: 'POST', path: path`/v1/journeys/${key}/publish`, body: input }),
    enrollments,
    eachEnrollment: (key: string, query: PageQuery = {}) => eachOf((page) => enrollments(key, page), query),
    funnel: (key: string) => call<Funnel>({ method: 'GET', path: path`/v1/journeys/${key}/funnel` }),
  };
}

export function enrollmentsOf({ call }: Transport) {
  return { get: (id: string) => call<EnrollmentDetail>({ method: 'GET', path: path`/v1/enrollments/${id}` }) };
}
