import type { Enrollment } from './enrollment-types';
import type { ExperimentReport } from './experiment-types';
import type { RunsQuery } from './impact';
import type { JourneyFunnel } from './impact-types';
import type {
  ArchiveInput,
  ChangedJourney,
  EnrolExistingInput,
  EnrolInput,
  EnrollingJourney,
  JourneyDefinition,
  JourneyVersion,
  PausedJourney,
  PendingEnrollment,
  PublishInput,
  PublishPreview,
  ResumeInput,
  RollbackInput,
  SavedDraft,
  ShownJourney,
  StoredJourney,
  TestInput,
} from './journey-types';
import type { Operation } from './operation-types';
import type { SimulateInput } from './simulation-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export function journeysOf(transport: Transport) {
  const { call } = transport;
  const list = (query: PageQuery = {}) =>
    call<Page<StoredJourney>>({ method: 'GET', path: '/v1/journeys', query: { ...query } });
  const enrollments = (key: string, query: PageQuery = {}) =>
    call<Page<Enrollment>>({ method: 'GET', path: path`/v1/journeys/${key}/enrollments`, query: { ...query } });
  return {
    ...changesOf(transport),
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<ShownJourney>({ method: 'GET', path: path`/v1/journeys/${key}` }),
    /** Saves the draft, and answers what stands in the way of publishing it. */
    put: (key: string, definition: JourneyDefinition) =>
      call<SavedDraft>({ method: 'PUT', path: path`/v1/journeys/${key}`, body: definition }),
    /** Discards the draft; a journey that was never published is gone with it. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/journeys/${key}` }),
    /** Runs the draft, or a version, over the stored events of the last days; the operation's `result` is a `SimulationReport`. */
    simulate: (key: string, input: SimulateInput = {}) =>
      call<Operation>({ method: 'POST', path: path`/v1/journeys/${key}/simulate`, body: input }),
    /** What stands in the way of publishing the draft as it was saved. */
    lint: (key: string) =>
      call<SavedDraft>({ method: 'POST', path: path`/v1/journeys/${key}/lint`, isRepeatable: true }),
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
    /** Walks the journey with a made-up person and short waits: what would be sent is kept, and nothing leaves. */
    test: (key: string, input: TestInput = {}) =>
      call<Enrollment | PendingEnrollment>({ method: 'POST', path: path`/v1/journeys/${key}/test`, body: input }),
    eachEnrollment: (key: string, query: PageQuery = {}) => eachOf((page) => enrollments(key, page), query),
    /** How the variants of a split compare, in whatever journeys people came to it. */
    experiment: (key: string, experiment: string) =>
      call<ExperimentReport>({ method: 'GET', path: path`/v1/journeys/${key}/experiments/${experiment}` }),
    /** Of all runs, or of those that entered in a window. */
    funnel: (key: string, query: RunsQuery = {}) =>
      call<JourneyFunnel>({ method: 'GET', path: path`/v1/journeys/${key}/funnel`, query: { ...query } }),
  };
}

/** What brings a journey, and the people inside, to another state. */
function changesOf({ call }: Transport) {
  const bring = <Answer extends StoredJourney>(key: string, verb: string, body?: object, isRepeatable = false) =>
    call<Answer>({
      method: 'POST',
      path: path`/v1/journeys/${key}/${verb}`,
      ...(body && { body }),
      ...(isRepeatable && { isRepeatable }),
    });

  return {
    publish: (key: string, input: PublishInput = {}) => bring<ChangedJourney>(key, 'publish', input),
    /** Whom that would move, end or enrol, and what stands in the way. */
    previewPublish: (key: string, input: PublishInput = {}) =>
      call<PublishPreview>({
        method: 'POST',
        path: path`/v1/journeys/${key}/publish-preview`,
        body: input,
        isRepeatable: true,
      }),
    /** Carries out what another key has asked for. */
    approve: (key: string) => bring<ChangedJourney>(key, 'approve'),
    /** Another share of people enters the version that is tried; 100 ends the trial. */
    canary: (key: string, percent: number) => bring<ChangedJourney>(key, 'canary', { percent }),
    /** Nobody enters the newest version any more, but the one before. */
    rollback: (key: string, input: RollbackInput = {}) => bring<ChangedJourney>(key, 'rollback', input),
    /** Asks for a run for each present member of an audience. */
    enrolExisting: (key: string, input: EnrolExistingInput = {}) =>
      bring<EnrollingJourney>(key, 'enrol-existing', input),
    /** Nobody enters, nobody is thrown out; nothing is sent after the answer, unless it says `sending`. */
    pause: (key: string) => bring<PausedJourney>(key, 'pause', undefined, true),
    /** Whom the pause has kept from a send go one after the other. */
    resume: (key: string, input: ResumeInput = {}) => bring<ChangedJourney>(key, 'resume', input, true),
    /** Nobody enters any more; people inside go on to their end, or exit. */
    archive: (key: string, input: ArchiveInput = {}) => bring<ChangedJourney>(key, 'archive', input, true),
  };
}
