import { canMove, isFinal, type DeliveryStatus } from '../domain/delivery/delivery';
import type { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import type { Event } from '../domain/events/event';
import { newGroup, type GroupMembership, type GroupRef } from '../domain/groups/group';
import { identifierName } from '../domain/identity/identifier-types';
import { subjectOf, type EnrollmentId, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { CompiledJourney } from '../domain/journeys/compiled-journey';
import type { Enrollment } from '../domain/journeys/enrollment';
import { isOwn } from '../domain/events/own';
import { omit } from '../domain/json';
import type { EnrollmentWrite } from '../domain/profiles/change-set';
import type { Profile } from '../domain/profiles/profile';
import type { DeliveryChange, DeliveryDoc, NewDelivery } from '../store/deliveries';
import type { HouseholdSendDoc } from '../store/household-sends';
import type { SendPlacesDoc } from '../store/send-places';
import type { FoldedWorld } from './folded-world';

/**
 * What journeys read and write while they send, in memory: each operation at once and whole, as one on a document of the store is. The
 * intake is `world`, whose folds are transactions.
 */
export class SendingWorld {
  policy: SendingPolicy = {};
  readonly rows = new Map<string, DeliveryDoc>();
  readonly places = new Map<string, SendPlacesDoc>();
  /** In which everybody is, by their keys. */
  households: readonly string[] = [];
  /** Places that runs have taken in them. */
  readonly homes = new Map<string, HouseholdSendDoc>();
  /** Accepted, and yet to be applied. */
  #pending: Event[] = [];

  constructor(
    readonly world: FoldedWorld,
    readonly versions: Map<number, CompiledJourney>,
    readonly clock: () => number,
  ) {}

  /** What is known by its id changes nothing. */
  accept(event: Event): void {
    const known = [...this.#pending, ...this.world.applied];
    if (!known.some(({ messageId }) => messageId === event.messageId)) this.#pending.push(event);
  }

  /** The intake comes to all that is pending, or to what is of ours alone. */
  apply(only: (event: Event) => boolean = () => true): void {
    const events = this.#pending.filter(only);
    this.#pending = this.#pending.filter((event) => !only(event));
    if (events.length > 0) this.world.apply(events, this.clock());
  }

  applyOwn(): void {
    this.apply(({ name }) => isOwn(name));
  }

  /** As `JourneyDeps` has it. */
  store() {
    return {
      enrollments: this.#enrollments(),
      deliveries: this.#deliveries(),
      sendPlaces: this.#sendPlaces(),
      identifiers: { key: (_ws: WorkspaceId, identifier: Event['identifiers'][number]) => identifierName(identifier) },
      journeys: { compiled: async (_ws: WorkspaceId, _key: string, version: number) => this.versions.get(version) },
      profiles: { canonical: async (_ws: WorkspaceId, id: ProfileId) => this.#housed(id) },
      purposes: { find: async () => undefined },
      suppressions: { check: async () => new Map(this.world.suppressions) },
      workspaces: { sending: async () => ({ policy: this.policy }), find: async () => undefined },
      groups: {
        read: async (_ws: WorkspaceId, refs: readonly GroupRef[]) =>
          refs.map((ref) => ({ ...newGroup(ref, 0), memberCount: 2 })),
      },
      householdSends: this.#householdSends(),
      events: {
        hasPendingFor: async (names: readonly string[], receivedBy: number) =>
          this.#pending.some((event) => event.receivedAt <= receivedBy && isOf(event, names)),
        insertPending: async (docs: readonly Event[]) => docs.forEach((doc) => this.accept(doc)),
      },
    };
  }

  /** The person's present profile, as a member of the households. */
  #housed(id: ProfileId): Profile | undefined {
    const found = this.#canonical(id);
    if (!found || this.households.length === 0) return found;
    return { ...found, groups: this.households.map(memberOf) };
  }

  #canonical(id: ProfileId): Profile | undefined {
    const found = this.world.profiles.get(id);
    return found?.mergedInto === undefined ? found : this.#canonical(found.mergedInto);
  }

  #enrollments() {
    const runs = this.world.enrollments;
    const change = (
      id: EnrollmentId,
      is: (run: Enrollment) => boolean,
      to: (run: Enrollment) => Enrollment,
    ): boolean => {
      const run = runs.get(id);
      if (!run || !is(run)) return false;
      runs.set(id, { ...to(run), rev: run.rev + 1 });
      return true;
    };
    type Claim = NonNullable<Enrollment['sending']>;
    type At = Pick<Enrollment, 'id' | 'step' | 'visit'>;
    return {
      byId: async (_ws: WorkspaceId, id: EnrollmentId) => runs.get(id),
      write: async (_ws: WorkspaceId, writes: readonly EnrollmentWrite[]) =>
        writes.filter(({ enrollment, readRev }) => {
          const isRead = runs.get(enrollment.id)?.rev === readRev;
          if (isRead) runs.set(enrollment.id, enrollment);
          return isRead;
        }).length,
      claim: async (_ws: WorkspaceId, at: At, sending: NonNullable<Enrollment['sending']>) =>
        change(
          at.id,
          (run) => run.status === 'active' && run.step === at.step && run.visit === at.visit && !run.sending,
          (run) => ({ ...run, sending }),
        ),
      release: async (_ws: WorkspaceId, id: EnrollmentId, of: Partial<Claim>) =>
        void change(
          id,
          (run) => run.sending?.key === of.key && (of.at ?? run.sending?.at) === run.sending?.at,
          (run) => omit(run, 'sending'),
        ),
      rest: async (_ws: WorkspaceId, id: EnrollmentId, { key, at }: Claim) =>
        void change(
          id,
          (run) => run.sending?.key === key && run.sending.at === at,
          (run) => ({ ...run, sending: { key, at, isResting: true } }),
        ),
      takeUp: async (_ws: WorkspaceId, id: EnrollmentId, sending: Claim, at: number) =>
        change(
          id,
          (run) => JSON.stringify(run.sending) === JSON.stringify(sending),
          (run) => ({ ...run, sending: { key: sending.key, at } }),
        ),
    };
  }

  #deliveries() {
    const { rows } = this;
    const reserve = async (deliveries: readonly NewDelivery[], now: number) =>
      void deliveries
        .filter(({ idempotencyKey }) => !rows.has(idempotencyKey))
        .forEach((one) => rows.set(one.idempotencyKey, { ...one, ...reservedAt(one.idempotencyKey, now) }));
    const changeOne = ({ idempotencyKey, attempt, ifUnchangedSince, now, ...change }: DeliveryChange): void => {
      const to = omit(change, 'consent');
      const row = rows.get(idempotencyKey);
      if (!row || !canMove(row.status, to.status)) return;
      if (ifUnchangedSince !== undefined && row.updatedAt !== ifUnchangedSince) return;
      const attempts = attempt ? [...row.attempts, attempt] : row.attempts;
      const settled = isFinal(to.status) && { settledAt: now };
      rows.set(idempotencyKey, { ...omit(row, 'reason'), ...to, attempts, updatedAt: now, ...settled });
    };
    return {
      reserve,
      byKey: async (_ws: WorkspaceId, key: string) => rows.get(key),
      byKeys: async (_ws: WorkspaceId, keys: readonly string[]) => keys.flatMap((key) => rows.get(key) ?? []),
      change: async (_ws: WorkspaceId, changes: readonly DeliveryChange[]) => changes.forEach(changeOne),
      sendsTo: async (subjects: readonly string[], since: number) =>
        [...rows.values()].filter(({ subject, createdAt }) => subjects.includes(subject) && createdAt >= since),
    };
  }

  #sendPlaces() {
    const { places } = this;
    type Written = Pick<SendPlacesDoc, 'places' | 'expireAt'> & { readonly readRev: number };
    return {
      of: async (ws: WorkspaceId, ids: readonly ProfileId[]) =>
        ids.flatMap((id) => places.get(subjectOf(ws, id)) ?? []),
      write: async (ws: WorkspaceId, id: ProfileId, { readRev, ...written }: Written) => {
        const subject = subjectOf(ws, id);
        if ((places.get(subject)?.rev ?? 0) !== readRev) return false;
        places.set(subject, { _id: subject, ws, subject, ...written, rev: readRev + 1 });
        return true;
      },
      release: async (ws: WorkspaceId, ids: readonly ProfileId[], attempt: string) => {
        for (const subject of ids.map((id) => subjectOf(ws, id))) {
          const doc = places.get(subject);
          if (!doc?.places.some((place) => place.attempt === attempt)) continue;
          const left = doc.places.filter((place) => place.attempt !== attempt);
          places.set(subject, { ...doc, places: left, rev: doc.rev + 1 });
        }
      },
    };
  }

  #householdSends() {
    const { homes } = this;
    return {
      find: async (id: string) => homes.get(id),
      take: async (doc: HouseholdSendDoc, before: HouseholdSendDoc | undefined) => {
        const found = homes.get(doc._id);
        if (found === undefined ? before !== undefined : !before || !isSamePlace(found, before)) return false;
        homes.set(doc._id, doc);
        return true;
      },
      release: async (subject: string, attempt: string) => {
        for (const doc of [...homes.values()])
          if (doc.subject === subject && doc.attempt === attempt) homes.delete(doc._id);
      },
    };
  }
}

const isSamePlace = (one: HouseholdSendDoc, other: HouseholdSendDoc): boolean =>
  one.run === other.run && one.key === other.key && one.attempt === other.attempt;

const memberOf = (key: string): GroupMembership => ({
  ...{ type: 'household', key, since: 0, at: 0, source: 'test', by: 'call', holds: [] },
});

const isOf = (event: Event, names: readonly string[]): boolean =>
  event.identifiers.some((identifier) => names.includes(identifierName(identifier)));

const reservedAt = (key: string, now: number) => ({
  ...{ _id: key, id: `dlv_${key}`, status: 'reserved' as DeliveryStatus, attempts: [], createdAt: now, updatedAt: now },
});
