import { createNetwork } from '../network';
import { createMongodbPuller } from './puller';
import { MongodbSettings } from './settings.schema';

it('of a host of which one port is allowed another is not connected to', async () => {
  const settings = MongodbSettings.parse({
    ...{ schedule: '1h', database: 'app', collection: 'accounts' },
    mapping: { columns: { _id: { to: 'identifier', type: 'user_id' } } },
  });
  const lookedUp: string[] = [];
  const network = createNetwork(['db.internal:27017'], (host, callback) => {
    lookedUp.push(host);
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const run = { now: 0, signal: new AbortController().signal, pageRows: 2, cursor: undefined, overlapMs: 0 };
  const secrets = { uri: 'mongodb://db.internal:27017,db.internal:9200/' };
  const pages = createMongodbPuller(network)
    .pull({ settings, secrets, ...run })
    [Symbol.asyncIterator]();
  await expect(pages.next()).rejects.toMatchObject({ code: 'ports' });
  expect(lookedUp).toEqual([]);
});
