import { AttachmentRepository } from './attachments';
import { AudienceRepository } from './audiences';
import { DeadLetterRepository } from './dead-letters';
import { DeliveryRepository } from './deliveries';
import { DestinationRepository } from './destinations';
import { EnrollmentRepository } from './enrollments';
import { EventRepository } from './events';
import { IdentifierRepository } from './identifiers';
import { createImpactStore } from './impact';
import { JourneyRepository } from './journeys';
import { KeyRepository } from './keys';
import { MembershipRepository } from './memberships';
import { MergeRepository } from './merges';
import { connectStore, type StoreConnection, type StoreOptions } from './open-store';
import { OperationRepository } from './operations';
import { OutboxRepository } from './outbox';
import { ProfileRepository } from './profiles';
import { PullStateRepository } from './pull-states';
import { SourceRepository } from './sources';
import { SyncMemberRepository } from './sync-members';
import { SyncUnitRepository } from './sync-units';
import { WorkspaceRepository } from './workspaces';

/** Every repository over one connection. Each takes the workspace first; nothing else builds queries. */
export function createStore(connection: StoreConnection) {
  return {
    connection,
    attachments: new AttachmentRepository(connection),
    audiences: new AudienceRepository(connection),
    deadLetters: new DeadLetterRepository(connection),
    deliveries: new DeliveryRepository(connection),
    destinations: new DestinationRepository(connection),
    enrollments: new EnrollmentRepository(connection),
    events: new EventRepository(connection),
    identifiers: new IdentifierRepository(connection),
    impact: createImpactStore(connection),
    journeys: new JourneyRepository(connection),
    keys: new KeyRepository(connection),
    memberships: new MembershipRepository(connection),
    merges: new MergeRepository(connection),
    operations: new OperationRepository(connection),
    outbox: new OutboxRepository(connection),
    profiles: new ProfileRepository(connection),
    pullStates: new PullStateRepository(connection),
    sources: new SourceRepository(connection),
    syncMembers: new SyncMemberRepository(connection),
    syncUnits: new SyncUnitRepository(connection),
    workspaces: new WorkspaceRepository(connection),
  };
}

export type Store = ReturnType<typeof createStore>;

/** Connects and opens every repository. `prepareStore` first, once, where migrations and indexes may be missing. */
export async function openStore(options: StoreOptions): Promise<Store> {
  return createStore(await connectStore(options));
}
