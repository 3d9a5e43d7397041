import { LRUCache } from 'lru-cache';
import type { Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { ShowingRun, SurfaceRules } from '../domain/journeys/slots';
import type { EnrollmentDoc } from './enrollments';
import { grouped } from '../domain/grouped';
import { GatheredReads } from './gathered-reads';
import { JourneyRepository, type JourneyDoc } from './journeys';
import type { StoreConnection } from './open-store';
import { PurposeRepository } from './purposes';
import { WorkspaceRepository } from './workspaces';

type Showing = Omit<ShowingRun, 'definition'>;

/** How long a pause, a stop of all sends or another purpose may stay unseen. */
const rulesMs = 1_000;
const rulesOfWorkspaces = 1_000;
const projection = {
  ...{ _id: 0, id: 1, journey: 1, version: 1, step: 1, visit: 1, enteredAt: 1, status: 1, shows: 1 },
  subject: 1,
} as const;

/** What runs show at present, as surfaces ask for it. */
export class ShowingRepository {
  readonly #enrollments: Collection<EnrollmentDoc>;
  readonly #journeys: Collection<JourneyDoc>;
  readonly #versions: JourneyRepository;
  readonly #purposes: PurposeRepository;
  readonly #workspaces: WorkspaceRepository;
  readonly #rules = new LRUCache<WorkspaceId, Promise<SurfaceRules>>({ max: rulesOfWorkspaces, ttl: rulesMs });
  readonly #runs = new GatheredReads(async (subjects) => {
    const filter = { subject: { $in: [...subjects] }, 'shows.slot': { $gt: '' } };
    const found = await this.#enrollments.find<Showing & { subject: string }>(filter, { projection }).toArray();
    return grouped(found, ({ subject }) => subject);
  });

  constructor(connection: StoreConnection) {
    this.#enrollments = connection.db.collection<EnrollmentDoc>('enrollments');
    this.#journeys = connection.db.collection<JourneyDoc>('journeys');
    this.#versions = new JourneyRepository(connection);
    this.#purposes = new PurposeRepository(connection);
    this.#workspaces = new WorkspaceRepository(connection);
  }

  /** The runs of these subjects (`workspace:profile`) that show something, with the definitions they run by. */
  async runs(ws: WorkspaceId, subjects: readonly string[]): Promise<ShowingRun[]> {
    const found = await Promise.all(subjects.map((subject) => this.#runs.read(subject)));
    const runs = found.flatMap((some = []) => some);
    const defined = runs.map(async (run) => ({
      ...run,
      definition: await this.#versions.definition(ws, run.journey, run.version),
    }));
    return (await Promise.all(defined)).flatMap(({ definition, ...run }) =>
      definition ? [{ ...run, definition }] : [],
    );
  }

  /** What holds for all of them, as it was a second ago at most. */
  rules(ws: WorkspaceId): Promise<SurfaceRules> {
    const known = this.#rules.get(ws);
    if (known) return known;
    const reading = this.#readRules(ws);
    this.#rules.set(ws, reading);
    // What could not be read is asked again by the next.
    reading.catch(() => void this.#rules.delete(ws));
    return reading;
  }

  async #readRules(ws: WorkspaceId): Promise<SurfaceRules> {
    const [{ policy }, paused, purposes] = await Promise.all([
      this.#workspaces.sending(ws),
      this.#journeys.find({ ws, status: 'paused' }, { projection: { key: 1 } }).toArray(),
      this.#purposes.list(ws),
    ]);
    return {
      isStopped: policy.sendsStopped === true,
      paused: new Set(paused.map(({ key }) => key)),
      purposes: new Map(purposes.map((purpose) => [purpose.key, purpose])),
    };
  }
}
