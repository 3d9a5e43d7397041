import type { Enrollment } from './enrollment-types';
import type { ExperimentReport } from './experiment-types';
import type { Window } from './impact';
import type { JourneyFunnel } from './impact-types';
import type {
  EnrolInput,
  JourneyDefinition,
  JourneyVersion,
  PausedJourney,
  PendingEnrollment,
  PublishInput,
  SavedDraft,
  StoredJourney,
} from './journey-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export function journeysOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<StoredJourney>>({ method: 'GET', path: '/v1/journeys', query: { ...query } });
  const enrollments = (key: string, query: PageQuery = {}) =>
    call<Page<Enrollment>>({ method: 'GET', path: path`/v1/journeys/${key}/enrollments`, query: { ...query } });
  // Twice is the same as once.
  const bring =
    <Answer extends StoredJourney>(verb: 'pause' | 'resume' | 'archive') =>
    (key: string) =>
      call<Answer>({ method: 'POST', path: path`/v1/journeys/${key}/${verb}`, isRepeatable: true });

  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<StoredJourney>({ method: 'GET', path: path`/v1/journeys/${key}` }),
    /** Saves the draft, and answers what stands in the way of publishing it. */
    put: (key: string, definition: JourneyDefinition) =>
      call<SavedDraft>({ method: 'PUT', path: path`/v1/journeys/${key}`, body: definition }),
    /** Discards the draft; a journey that was never published is gone with it. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/journeys/${key}` }),
    /** What stands in the way of publishing the draft as it was saved. */
    lint: (key: string) =>
      call<SavedDraft>({ method: 'POST', path: path`/v1/journeys/${key}/lint`, isRepeatable: true }),
    publish: (key: string, input: PublishInput = {}) =>
      call<StoredJourney>({ method: 'POST', path: path`/v1/journeys/${key}/publish`, body: input }),
    /** Nobody enters, nobody is thrown out; nothing is sent after the answer, unless it says `sending`. */
    pause: bring<PausedJourney>('pause'),
    resume: bring<StoredJourney>('resume'),
    /** Nobody enters any more; people inside go on to their end. */
    archive: bring<StoredJourney>('archive'),
    /** Newest first. */
    versions: (key: string, query: PageQuery = {}) =>
      call<Page<JourneyVersion>>({ method: 'GET', path: path`/v1/journeys/${key}/versions`, query: { ...query } }),
    enrollments,
    /** Begins a run; `isPending` while the intake has yet to decide. Under one `idempotencyKey` there is one, however often it is asked for. */
    enrol: (key: string, input: EnrolInput, { idempotencyKey }: { readonly idempotencyKey?: string } = {}) =>
      call<Enrollment | PendingEnrollment>({
        method: 'POST',
        path: path`/v1/journeys/${key}/enrollments`,
        body: input,
        ...(idempotencyKey !== undefined && {
          headers: { 'idempotency-key': idempotencyKey },
          isRepeatable: true,
        }),
      }),
    eachEnrollment: (key: string, query: PageQuery = {}) => eachOf((page) => enrollments(key, page), query),
    /** How the variants of a split compare, in whatever journeys people came to it. */
    experiment: (key: string, experiment: string) =>
      call<ExperimentReport>({ method: 'GET', path: path`/v1/journeys/${key}/experiments/${experiment}` }),
    /** Of all runs, or of those that entered in a window. */
    funnel: (key: string, query: Window = {}) =>
      call<JourneyFunnel>({ method: 'GET', path: path`/v1/journeys/${key}/funnel`, query: { ...query } }),
  };
}
