import { ActivityRepository } from './activity';
import { AttachmentRepository } from './attachments';
import { AudienceRepository } from './audiences';
import { AudienceVersionRepository } from './audience-versions';
import { AuditRepository } from './audit';
import { CatalogueRepository } from './catalogue';
import { ChangeFeedRepository } from './change-feeds';
import { ConsentRecordRepository } from './consent-records';
import { DeadLetterRepository } from './dead-letters';
import { DeliveryRepository } from './deliveries';
import { DestinationRepository } from './destinations';
import { EnrollmentRepository } from './enrollments';
import { EventRepository } from './events';
import { ExperimentRepository } from './experiments';
import { ExportChunkRepository } from './export-chunks';
import { GroupRepository } from './groups';
import { HouseholdSendRepository } from './household-sends';
import { IdempotencyRepository } from './idempotency';
import { IdentifierNoteRepository } from './identifier-notes';
import { IdentifierRepository } from './identifiers';
import { createImpactStore } from './impact';
import { ImportChunkRepository } from './import-chunks';
import { ImportRowRepository } from './import-rows';
import { ImportRepository } from './imports';
import { JourneyRepository } from './journeys';
import { KeyRepository } from './keys';
import { LetterEnds } from './letter-ends';
import { MembershipRepository } from './memberships';
import { MergeRepository } from './merges';
import { OldRows } from './old-rows';
import { connectStore, type StoreConnection, type StoreOptions } from './open-store';
import { OperationRepository } from './operations';
import { OutboxRepository } from './outbox';
import { PersonRows } from './person-rows';
import { ProfileRepository } from './profiles';
import { PreparedProfiles } from './prepared-profiles';
import { PullStateRepository } from './pull-states';
import { ComputedTraitRepository } from './computed-traits';
import { PurposeRepository } from './purposes';
import { SendPlaceRepository } from './send-places';
import { ShowingRepository } from './showing';
import { SourceHourRepository } from './source-hours';
import { SourceTestRepository } from './source-tests';
import { SourceRepository } from './sources';
import { SuppressionRepository } from './suppressions';
import { SyncMemberRepository } from './sync-members';
import { SyncUnitRepository } from './sync-units';
import { TrackingPlanRepository } from './tracking-plans';
import { WorkspaceRepository } from './workspaces';

/** Every repository over one connection. Each takes the workspace first; nothing else builds queries. */
export function createStore(connection: StoreConnection) {
  return {
    connection,
    ...{ activity: new ActivityRepository(connection), showing: new ShowingRepository(connection) },
    attachments: new AttachmentRepository(connection),
    audiences: new AudienceRepository(connection),
    audienceVersions: new AudienceVersionRepository(connection),
    catalogue: new CatalogueRepository(connection),
    changeFeeds: new ChangeFeedRepository(connection),
    consentRecords: new ConsentRecordRepository(connection),
    deadLetters: new DeadLetterRepository(connection),
    deliveries: new DeliveryRepository(connection),
    destinations: new DestinationRepository(connection),
    enrollments: new EnrollmentRepository(connection),
    events: new EventRepository(connection),
    idempotency: new IdempotencyRepository(connection),
    experiments: new ExperimentRepository(connection),
    exportChunks: new ExportChunkRepository(connection),
    identifierNotes: new IdentifierNoteRepository(connection),
    groups: new GroupRepository(connection),
    identifiers: new IdentifierRepository(connection),
    impact: createImpactStore(connection),
    importChunks: new ImportChunkRepository(connection),
    importRows: new ImportRowRepository(connection),
    imports: new ImportRepository(connection),
    journeys: new JourneyRepository(connection),
    keys: new KeyRepository(connection),
    letterEnds: new LetterEnds(connection),
    memberships: new MembershipRepository(connection),
    audit: new AuditRepository(connection),
    merges: new MergeRepository(connection),
    operations: new OperationRepository(connection),
    outbox: new OutboxRepository(connection),
    ...{ oldRows: new OldRows(connection), personRows: new PersonRows(connection) },
    preparedProfiles: new PreparedProfiles(connection),
    profiles: new ProfileRepository(connection),
    pullStates: new PullStateRepository(connection),
    computedTraits: new ComputedTraitRepository(connection),
    purposes: new PurposeRepository(connection),
    ...placesOf(connection),
    sourceHours: new SourceHourRepository(connection),
    sources: new SourceRepository(connection),
    sourceTests: new SourceTestRepository(connection),
    suppressions: new SuppressionRepository(connection),
    syncMembers: new SyncMemberRepository(connection),
    syncUnits: new SyncUnitRepository(connection),
    trackingPlans: new TrackingPlanRepository(connection),
    workspaces: new WorkspaceRepository(connection),
  };
}

/** What sends have to take before they leave. */
const placesOf = (connection: StoreConnection) => ({
  householdSends: new HouseholdSendRepository(connection),
  sendPlaces: new SendPlaceRepository(connection),
});

export type Store = ReturnType<typeof createStore>;

/** Connects and opens every repository. `prepareStore` first, once, where migrations and indexes may be missing. */
export async function openStore(options: StoreOptions): Promise<Store> {
  return createStore(await connectStore(options));
}
