import type { Suppression, SuppressionList } from '../domain/consent/suppression';
import { identifierName } from '../domain/identity/identifier-types';
import { readContact, type Contact } from '../domain/events/contact';
import type { DeliveryStatus } from '../domain/delivery/delivery';
import type { Event, Identifier } from '../domain/events/event';
import { groupName, type Group } from '../domain/groups/group';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { Enrollment } from '../domain/journeys/enrollment';
import type { CompiledJourney } from '../domain/journeys/compiled-journey';
import type { ChangeSet, MembershipEdge } from '../domain/profiles/change-set';
import type { Profile } from '../domain/profiles/profile';
import type { DeliveryDoc } from '../store/deliveries';
import type { EventDoc, MembershipDoc } from '../store/documents';
import type { HouseholdSendDoc } from '../store/household-sends';
import type { SendPlacesDoc } from '../store/send-places';
import { edgeWaitKey } from '../domain/journeys/wait-keys';

/** Everything of one person that the database would hold, and the virtual clock. */
export class Memory {
  now = 0;
  readonly profiles = new Map<ProfileId, Profile>();
  readonly owners = new Map<string, ProfileId>();
  readonly groups = new Map<string, Group>();
  readonly enrollments = new Map<string, Enrollment>();
  /** Applied and pending events, by message id, in order of arrival. */
  readonly events = new Map<string, EventDoc>();
  readonly stays = new Map<string, MembershipDoc>();
  readonly deliveries = new Map<string, DeliveryDoc>();
  readonly sendPlaces = new Map<string, SendPlacesDoc>();
  readonly householdSends = new Map<string, HouseholdSendDoc>();
  /** Message ids of events that are yet to be applied, in order of arrival. */
  readonly #pending = new Set<string>();

  constructor(
    readonly ws: WorkspaceId,
    readonly journeys: ReadonlyMap<string, CompiledJourney>,
    readonly suppressions: SuppressionList,
  ) {}

  /** Entries of the lists that had been made by now. */
  suppressionsOf(identifiers: readonly Identifier[]): Map<string, Suppression[]> {
    const named = identifiers.map(identifierName).map((name) => [name, this.suppressions.get(name) ?? []] as const);
    const known = named.map(([name, entries]) => [name, entries.filter(({ at }) => at <= this.now)] as const);
    return new Map(known.filter(([, entries]) => entries.length > 0));
  }

  pending(): EventDoc[] {
    return [...this.#pending].flatMap((id) => this.events.get(id) ?? []);
  }

  /** Applied events of some profiles, in the order in which they happened to them. */
  historyOf(profiles: readonly ProfileId[]): EventDoc[] {
    const happened = [...this.events.values()].filter(({ profile }) => profile && profiles.includes(profile));
    return happened.sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0));
  }

  /** Accepts an event, unless it has been before. */
  accept(event: Event): void {
    if (this.events.has(event.messageId)) return;
    const arrived = { state: 'pending', lane: 'live', n: this.events.size } as const;
    this.events.set(event.messageId, { _id: event.messageId, ws: this.ws, ...event, ...arrived });
    this.#pending.add(event.messageId);
    const contact = readContact(event);
    if (contact && !this.deliveries.has(contact.idempotencyKey)) this.#countContact(contact);
  }

  /** The event is given up. */
  bury(event: EventDoc): void {
    this.events.set(event.messageId, { ...event, state: 'dead' });
    this.#pending.delete(event.messageId);
  }

  /** A message that others have sent counts under caps, as its row of the ledger would. */
  #countContact({ idempotencyKey, destination, journey, step, channel, status }: Contact): void {
    const { ws, now } = this;
    const [profile] = this.profiles.keys();
    if (!profile) return;
    this.deliveries.set(idempotencyKey, {
      ...{ _id: idempotencyKey, id: idempotencyKey, ws, idempotencyKey, kind: 'journey', attempts: [] },
      ...{ destination, journey, step, profile, subject: subjectOf(ws, profile) },
      ...{ status: status as DeliveryStatus, causedAt: now, createdAt: now, updatedAt: now, settledAt: now },
      ...(channel !== undefined && { channel }),
    });
  }

  /** What one transaction of the intake writes. */
  write(changes: ChangeSet): void {
    for (const { profile } of changes.profiles) this.profiles.set(profile.id, profile);
    for (const { identifier, profile } of changes.identifiers) this.owners.set(identifierName(identifier), profile);
    for (const identifier of changes.released) this.owners.delete(identifierName(identifier));
    for (const { enrollment } of changes.enrollments) this.enrollments.set(enrollment.id, enrollment);
    for (const { group } of changes.groups) this.groups.set(groupName(group), group);
    for (const edge of changes.edges) this.#writeEdge(edge);
    for (const { messageId, ...stamp } of changes.applied) {
      this.#pending.delete(messageId);
      const event = this.events.get(messageId);
      if (event) this.events.set(messageId, { ...event, ...stamp.stripped, ...stamp, state: 'applied' });
    }
    for (const { messageId } of changes.refused) {
      this.events.delete(messageId);
      this.#pending.delete(messageId);
    }
  }

  #writeEdge({ audience, profile, edge, version, seq, at, cause }: MembershipEdge): void {
    const { ws } = this;
    // Both edges of a stay name the same one: entering is version 1, 3, 5 …; leaving 2, 4, 6 ….
    const _id = `${audience}:${profile}:${Math.ceil(version / 2)}`;
    const waitKey = edgeWaitKey(ws, profile, audience, edge);
    const stay = this.stays.get(_id);
    if (edge === 'exited' && stay)
      this.stays.set(_id, {
        ...stay,
        version,
        exitedAt: at,
        exitedSeq: seq,
        exitedCause: cause,
        exitedWaitKey: waitKey,
      });
    if (edge === 'exited') return;
    const entered = { enteredAt: at, enteredSeq: seq, enteredCause: cause, enteredWaitKey: waitKey };
    this.stays.set(_id, { _id, ws, audience, profile, subject: `${ws}:${profile}`, version, ...entered });
  }
}
