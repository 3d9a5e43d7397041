import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import request from 'supertest';
import type { WorkspaceId } from '../../src/domain/ids';
import type { MembershipDoc } from '../../src/store/documents';
import { pendingEventDoc } from '../../src/store/pending-event';
import { anIdentify } from '../../src/testing/builders';
import { useTestApi, useWorkspace } from '../../src/testing/test-api';
import type { Followed, FollowerOrder } from '../intakes/follower-process';
import { Intake } from '../intakes/intakes';

const [people, count, racers] = [10, 100, 2];

const api = useTestApi();
const workspace = useWorkspace(api);

/** A follower in a process of its own, over the store of the test. */
class Follower {
  readonly exited: Promise<unknown>;
  #followed: Followed = [];

  private constructor(readonly child: ChildProcess) {
    this.exited = once(child, 'exit');
  }

  static async start(ws: WorkspaceId, of: Pick<FollowerOrder, 'diesAt'> = {}): Promise<Follower> {
    const files = ['../../bench/typescript.cjs', '../intakes/follower-process.ts'];
    const [loader = '', script = ''] = files.map((file) => resolve(__dirname, file));
    const follower = new Follower(fork(loader, [script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    const { child } = follower;
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    await once(child, 'message');
    child.on('message', (message) => (follower.#followed = message as Followed));
    const { db, masterKey } = api.store.connection;
    const uri = process.env['HEDDLE_TEST_MONGODB_URI'] ?? '';
    const where = { uri, database: db.databaseName, masterKey: masterKey.toString('base64') };
    child.send({ ...where, ws, audience: 'gold', ...of } satisfies FollowerOrder);
    return follower;
  }

  /** All that it read until nothing more was there. */
  async stop(): Promise<Followed> {
    this.child.send('stop');
    await this.exited;
    return this.#followed;
  }
}

/** Everybody turns gold and tin again all the time; every fifth event ties somebody to a browser of somebody's, so that people merge. */
const happened = (now: number) =>
  Array.from({ length: count }, (_, index) => {
    const by = { user_id: `u${index % people}`, ...(index % 5 === 0 && { anonymous_id: `a${index % 3}` }) };
    const at = { occurredAt: now + index, receivedAt: now + index };
    return anIdentify({ tier: index % 3 === 0 ? 'tin' : 'gold' }, { by, ...at, messageId: `m-${index}` });
  });

describe('writers and followers of an audience in several processes', () => {
  it('follow each change once and in one order, and a follower killed while it numbers harms nobody', async () => {
    const { ws, apiKey } = workspace;
    const rule = { trait: 'tier', is: 'equals', value: 'gold' };
    await request(api.app).put('/v1/audiences/gold').auth(apiKey, { type: 'bearer' }).send({ name: 'Gold', rule });
    await api.catchUp(ws);
    const now = Date.now() + 1_000;
    await api.store.changeFeeds.open(ws, 'gold', now - 600_000);
    const docs = happened(now).map((event, n) =>
      pendingEventDoc(api.store.identifiers, ws, event, { lane: 'live', bytes: 300, n }),
    );

    const followers = await Promise.all(Array.from({ length: racers }, () => Follower.start(ws)));
    // One dies before it numbers, one between the number and the edges, one before its commit.
    const dying = await Promise.all([1, 5, 9].map((diesAt) => Follower.start(ws, { diesAt })));
    const intakes = await Promise.all(Array.from({ length: racers }, () => Intake.start(api.store)));
    // What the dead had begun, an embedded server would else keep open for a minute, and nobody could number meanwhile. It is ours alone.
    const buried = dying.map(async ({ exited }) => {
      await exited;
      if (process.env['HEDDLE_TEST_STORE'] !== 'external')
        await api.store.connection.client.db('admin').command({ killAllSessions: [] });
    });
    await Promise.all(intakes.map((intake) => intake.apply(ws, { docs, batchSize: 8 })));
    await Promise.all(buried);
    const followed = await Promise.all(followers.map((follower) => follower.stop()));

    const stays = await api.store.connection.db.collection<MembershipDoc>('memberships').find({ ws }).toArray();
    const edges = stays.flatMap(({ profile, exitedAt }) => [
      `entered ${profile}`,
      ...(exitedAt === undefined ? [] : [`exited ${profile}`]),
    ]);
    const [one = [], other] = followed;
    expect(other).toEqual(one);
    expect(one.map(([place]) => place)).toEqual(edges.map((_, index) => index + 1));
    expect(one.map(([, edge, profile]) => `${edge} ${profile}`).sort()).toEqual(edges.sort());
    expect(edges.length).toBeGreaterThan(people);
    const held = new Set<string>();
    for (const [, edge, profile] of one) {
      expect([profile, held.has(profile)]).toEqual([profile, edge === 'exited']);
      if (edge === 'entered') held.add(profile);
      else held.delete(profile);
    }
    const members = await api.store.memberships.members(ws, 'gold', 1_000);
    expect([...held].sort()).toEqual(members.map(({ profile }) => profile as string).sort());
  });
});
