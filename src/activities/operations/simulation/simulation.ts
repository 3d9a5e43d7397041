import { z } from 'zod';
import type { WorkspaceId } from '../../../domain/ids';
import { omit, type JsonObject } from '../../../domain/json';
import { compileJourney, type CompiledJourney } from '../../../domain/journeys/compiled-journey';
import { newestOf } from '../../../domain/journeys/entered-version';
import { enrolledBy } from '../../../domain/journeys/lint-enrolls';
import { countConflicts, type ConflictTallies } from '../../../domain/journeys/simulated/conflicts';
import type { SimulationInput } from '../../../domain/journeys/simulated/simulation-input';
import { reportOf } from '../../../domain/journeys/simulated/simulation-report';
import { countLife, nothingCounted, type Tally } from '../../../domain/journeys/simulated/tally';
import type { Surroundings } from '../../../simulation/live-through';
import { readPerson } from '../../../simulation/read-person';
import { simulateLife } from '../../../simulation/simulate-life';
import { surroundingsOf } from '../../../simulation/stored-surroundings';
import type { Profile } from '../../../domain/profiles/profile';
import type { Store } from '../../../store/store';
import { defineOperation, type Step } from '../define-operation';
import type { OperationContext, OperationKind } from '../operation-kind';
import { nextPeople, type PeoplePage } from './pages';
import { createTurns } from './turns';

export interface SimulationDeps {
  readonly store: Store;
  /** After how long without anything of a person their session is over. */
  readonly sessionMs: number;
}

const Cursor = z.object({
  total: z.int(),
  looked: z.int(),
  after: z.string().optional(),
  piece: z.int(),
  /** Of the present page: the last who was counted. */
  counted: z.string().optional(),
  tally: z.custom<Tally>((value) => typeof value === 'object' && value !== null),
  conflicts: z.custom<ConflictTallies>((value) => typeof value === 'object' && value !== null),
  isOver: z.boolean(),
});
type Cursor = z.output<typeof Cursor>;

const stepMs = 3_000;

/** Lives through the past of people with a journey in it, page by page. It reads, and writes nothing but how far it has come. */
export function createSimulation(deps: SimulationDeps): OperationKind {
  return defineOperation<Cursor>({
    cursor: Cursor,
    beginning: { total: -1, looked: 0, piece: 0, tally: nothingCounted, conflicts: {}, isOver: false },
    step: (context, cursor) => step(deps, context, cursor),
  });
}

async function step(
  { store, sessionMs }: SimulationDeps,
  context: OperationContext,
  before: Cursor,
): Promise<Step<Cursor>> {
  const { ws, operation, signal } = context;
  const input = operation.input as unknown as SimulationInput;
  const turns = createTurns(stepMs, signal);
  const worlds = await readWorlds(store, ws, input, { sessionMs, giveWay: turns.giveWay });
  let cursor = before.total < 0 ? { ...before, total: await store.profiles.roughCount(ws) } : before;
  while (!cursor.isOver) {
    const page = await nextPeople(store, ws, { ...input, total: cursor.total }, cursor);
    // Lives may be long: a step ends between two people, too, and the next goes on after whom it has counted.
    for (const profile of leftOf(page, cursor)) {
      const counted = await countPerson(store, ws, { input, worlds, profile }, cursor);
      cursor = { ...counted, counted: profile.id };
      if (turns.isOver()) break;
    }
    if (leftOf(page, cursor).length > 0) break;
    const { after, piece } = page.next ?? { piece: cursor.piece };
    const looked = cursor.looked + page.read;
    const isOver = page.next === undefined;
    cursor = { ...omit(cursor, 'counted'), ...(after !== undefined && { after }), piece, looked, isOver };
    if (turns.isOver()) break;
  }
  const progress = { done: cursor.looked, total: Math.max(cursor.looked, Math.min(cursor.total, input.people)) };
  if (!cursor.isOver) return { progress, cursor };
  const sampled = { looked: cursor.looked, total: Math.max(cursor.looked, cursor.total) };
  const others = worlds.others.map(({ definition }) => definition);
  const report = reportOf(input, { ...sampled, tally: cursor.tally, conflicts: cursor.conflicts, others });
  return { progress: { ...progress, total: cursor.looked }, result: report as unknown as JsonObject };
}

const leftOf = ({ living }: PeoplePage, { counted = '' }: Cursor): Profile[] =>
  living.filter(({ id }) => id > counted).sort((one, other) => (one.id < other.id ? -1 : 1));

/** The journey among others, and these without it. */
interface Worlds {
  readonly journey: CompiledJourney;
  readonly others: readonly CompiledJourney[];
  readonly together: Surroundings;
  readonly without?: Surroundings;
}

async function readWorlds(
  store: Store,
  ws: WorkspaceId,
  { definition, version, closeMs }: SimulationInput,
  living: Pick<Surroundings, 'sessionMs' | 'giveWay'>,
): Promise<Worlds> {
  const journey = compileJourney(definition, version, 'published');
  const published = [...newestOf(await store.journeys.compiledVersions(ws)).values()].filter(
    ({ key, status }) => key !== definition.key && status === 'published',
  );
  const others = closeMs === undefined ? enrolledFrom(journey, published) : published;
  const alone = others.map((one) => compileJourney(one.definition, one.version, 'published'));
  const together = { ...(await surroundingsOf(store, ws, [journey, ...alone])), ...living };
  if (closeMs === undefined) return { journey, others: alone, together };
  return { journey, others: alone, together, without: { ...(await surroundingsOf(store, ws, alone)), ...living } };
}

/** Those that people come to from a journey by its own steps. */
function enrolledFrom(journey: CompiledJourney, published: readonly CompiledJourney[]): CompiledJourney[] {
  const byKey = new Map(published.map((one) => [one.key, one]));
  const found = new Map<string, CompiledJourney>();
  const follow = ({ definition }: CompiledJourney): void => {
    for (const key of enrolledBy(definition)) {
      const next = byKey.get(key);
      if (!next || found.has(key)) continue;
      found.set(key, next);
      follow(next);
    }
  };
  follow(journey);
  return [...found.values()];
}

async function countPerson(
  store: Store,
  ws: WorkspaceId,
  { input, worlds, profile }: { readonly input: SimulationInput; readonly worlds: Worlds; readonly profile: Profile },
  cursor: Cursor,
): Promise<Cursor> {
  if (profile.identifiers.length === 0) return cursor;
  const { from, to, closeMs } = input;
  const { journey, others, together, without } = worlds;
  const person = await readPerson(store, ws, profile);
  const lives = { ws, window: { from, to } };
  const life = await simulateLife(together, person, { ...lives, journeys: [journey, ...others] });
  const tally = countLife(cursor.tally, journey.key, life);
  if (!without || closeMs === undefined || !life.runs.some((run) => run.journey === journey.key))
    return { ...cursor, tally };
  const other = await simulateLife(without, person, { ...lives, journeys: others, silent: [journey.key] });
  const compared = { journey: journey.key, together: life, without: other, closeMs };
  const keys = others.map(({ key }) => key);
  return { ...cursor, tally, conflicts: countConflicts(cursor.conflicts, keys, compared) };
}
