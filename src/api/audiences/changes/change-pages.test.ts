import { workspaceId } from '../../../domain/ids';
import type { ChangeFeedDoc } from '../../../store/change-feeds';
import { ChangeStreams } from './change-streams';
import { nextChanges, type ChangeReader } from './change-pages';

const ws = workspaceId('wsp_1');
const at = (last: number): ChangeFeedDoc => ({ _id: `${ws}:vip`, ws, last, since: 0 });

it('gives who is up to date what has happened, also while somebody far behind reads page after page', async () => {
  let last = 1_000;
  const streams = new ChangeStreams({ most: 9, ofWorkspace: 9, seconds: 9 });
  const changeFeeds = {
    find: async () => at(last),
    read: async (_: unknown, after: number, upTo: number, limit: number) =>
      Array.from({ length: Math.min(limit, upTo - after) }, (_, index) => ({
        ...{ place: after + 1 + index, edge: 'entered', profile: 'prf_1', at: 0, cause: 'event' },
      })),
  };
  // As the store does: an edge is waiting for its place, which it gets where more are wanted than there are.
  const look = async (feed: ChangeFeedDoc, wanted: number) => at(feed.last < wanted ? (last = 1_001) : last);
  const bring: ChangeReader['bring'] = (feed, wanted) => streams.share(feed, () => look(feed, wanted));
  const reader = { store: { changeFeeds }, ws, bring } as unknown as ChangeReader;
  await nextChanges(reader, { audience: 'vip', place: 0 }, 100);
  const { changes } = await nextChanges(reader, { audience: 'vip', place: 1_000 }, 100);
  expect(changes.map(({ cursor }) => cursor.place)).toEqual([1_001]);
});
