import type { Enrollment } from '../../../src/domain/journeys/enrollment';
import type { Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import type { Scene } from './scene';
import { type TestEvent } from './scene';

const groups = 10;

export interface KillRunOptions {
  readonly people: number;
  /** How long people go on arriving, while workers are killed. */
  readonly arrivingMs: number;
  /** Between a worker's death and the next. */
  readonly everyMs: number;
  readonly patienceMs: number;
}

/** What somebody does once they have started: go on, walk away, or nothing at all. */
type Fate = 'go' | 'leave' | 'silent';
export const fateOf = (n: number): Fate => (n % 10 === 8 ? 'leave' : n % 10 === 9 ? 'silent' : 'go');

/** Which sends reach somebody: a cap of two keeps the third of those who go on. */
const sendsOfFate: Readonly<Record<Fate, readonly string[]>> = {
  go: ['mail', 'note'],
  leave: [],
  silent: ['nudge'],
};
export const reasonOfFate: Readonly<Record<Fate, string>> = { go: 'done', leave: 'left', silent: 'late' };
const isOdd = (n: number): boolean => n % 2 === 1;

const n = { from: 'entry.properties.n' };
const mapping = { n };
const send = (next: string) => ({ type: 'send' as const, destination: 'crm', mapping, next });
const exit = (reason: string) => ({ type: 'exit' as const, reason });

/** Of people who arrive within so many seconds. */
export async function publishKillRun(scene: Scene, seconds: number): Promise<void> {
  // Four times as long as whoever goes on takes to say so; those who say nothing wait it out.
  const timeout = `${Math.max(30, Math.ceil((4 * seconds) / groups))}s`;
  await scene.tenant.client.sending.setPolicy({ caps: [{ max: 2, per: '1d', then: 'skip' }] });
  await scene.publish('sub', {
    entry: { on: { api: true } },
    start: 'rest',
    steps: { rest: { type: 'wait', for: '1s', next: 'note' }, note: send('over'), over: exit('over') },
  });
  const half = (key: string) => ({ key, weight: 50, next: 'mark' });
  await scene.publish('main', {
    entry: { on: { event: 'Started' } },
    exits: [{ on: { event: 'Left' }, reason: 'left' }],
    start: 'rest',
    steps: {
      rest: { type: 'wait', for: '2s', next: 'listen' },
      listen: {
        ...{ type: 'wait-for', since: 'entry', timeout },
        first: [{ on: { event: 'Go' }, next: 'which' }],
        onTimeout: 'nudge',
      },
      which: {
        type: 'branch',
        cases: [{ if: { path: 'entry.properties.isOdd', is: 'equals', value: true }, next: 'draw' }],
        else: 'mark',
      },
      draw: { type: 'split', experiment: 'halves', variants: [half('a'), half('b')] },
      mark: { type: 'update', increment: { marks: 1 }, set: { n }, next: 'mail' },
      mail: send('begin'),
      begin: { type: 'enroll', journey: 'sub', properties: { n }, wait: true, next: 'last' },
      last: send('done'),
      done: exit('done'),
      nudge: send('late'),
      late: exit('late'),
    },
  });
}

export interface KillRunReport {
  readonly kills: number;
  readonly seconds: number;
  readonly received: number;
  readonly effects: number;
}

/** Kills one worker after the other, and starts it again, for as long as people arrive; ends once nobody is inside. */
export async function killRun(heddle: Processes, scene: Scene, options: KillRunOptions): Promise<KillRunReport> {
  const startedAt = Date.now();
  let isArriving = true;
  const killing = killWhile(() => isArriving, heddle.workers, options.everyMs);
  try {
    await arrive(scene, options);
  } finally {
    isArriving = false;
  }
  const kills = await killing;
  await until(() => haveAllEnded(scene, options.people), 'nobody to be inside', options.patienceMs);
  await heddle.settled();
  return {
    kills,
    seconds: Math.round((Date.now() - startedAt) / 1_000),
    received: scene.crm.sends().length,
    effects: scene.crm.distinctIds().size,
  };
}

/** At least four deaths, each of the next worker. */
async function killWhile(isSo: () => boolean, workers: Processes['workers'], everyMs: number): Promise<number> {
  let kills = 0;
  for (; isSo() || kills < 4; kills += 1) {
    await new Promise((next) => setTimeout(next, everyMs));
    const worker = workers[kills % workers.length];
    await worker?.kill();
    await worker?.start();
  }
  return kills;
}

/** In groups, each of which goes on or walks away when the next begins. */
async function arrive(scene: Scene, { people, arrivingMs }: KillRunOptions): Promise<void> {
  const perGroup = people / groups;
  const numbers = (group: number) => Array.from({ length: perGroup }, (_, index) => group * perGroup + index);
  for (let group = 0; group <= groups; group += 1) {
    const begin = group < groups ? numbers(group).map((one) => event('Started', one)) : [];
    const go = group > 0 ? numbers(group - 1).flatMap(nextOf) : [];
    for (const events of inTurns([...begin, ...go])) await scene.send(events);
    await new Promise((next) => setTimeout(next, arrivingMs / (groups + 1)));
  }
}

const event = (name: string, one: number): TestEvent => ({
  ...{ type: 'track', event: name, userId: `u${one}`, messageId: `${name}:${one}` },
  properties: { n: one, isOdd: isOdd(one) },
});
const nextOf = (one: number): TestEvent[] => {
  const fate = fateOf(one);
  return fate === 'silent' ? [] : [event(fate === 'go' ? 'Go' : 'Left', one)];
};
const inTurns = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / 100) }, (_, turn) => items.slice(turn * 100, turn * 100 + 100));

/** Asks for one who is inside first: to read or count thousands of runs again and again would be most of what the machine does. */
async function haveAllEnded({ heddle, tenant: { ws } }: Scene, people: number): Promise<true | undefined> {
  const runs = heddle.store.connection.db.collection<Enrollment & { ws: string }>('enrollments');
  const inside = { ws, $or: [{ endedAt: { $exists: false } }, { dueAt: { $exists: true } }] };
  if (await runs.findOne(inside, { projection: { _id: 1 } })) return undefined;
  return (await runs.countDocuments({ ws, journey: 'main' })) === people || undefined;
}

export const runsOf = ({ heddle, tenant }: Scene): Promise<Enrollment[]> =>
  heddle.store.connection.db.collection<Enrollment & { ws: string }>('enrollments').find({ ws: tenant.ws }).toArray();

/** By number and step, under how many keys something arrived: once each, where all is well. */
export function arrivedOnce(scene: Scene): Map<string, number> {
  const keys = new Map<string, Set<string>>();
  for (const { id, step, payload } of scene.crm.sends()) {
    const name = `${String(payload['n'])} ${step}`;
    keys.set(name, (keys.get(name) ?? new Set()).add(id));
  }
  return new Map([...keys].map(([name, ids]) => [name, ids.size]));
}

export const expectedOnce = (people: number): Map<string, number> =>
  new Map(
    Array.from({ length: people }, (_, one) =>
      sendsOfFate[fateOf(one)].map((step) => [`${one} ${step}`, 1] as const),
    ).flat(),
  );
