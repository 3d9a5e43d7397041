import { BSON } from 'mongodb';
import { createNetwork } from '../network';
import { createMongodbPuller } from './puller';
import { MongodbSecrets, MongodbSettings } from './settings.schema';
import { toJson } from './values';

describe('a value of BSON', () => {
  const id = new BSON.ObjectId('665100000000000000000001');
  const uuid = new BSON.UUID('7f3b1c9e-0000-4000-8000-000000000001');

  it.each([
    ['an id', id, '665100000000000000000001'],
    ['a time', new Date('2026-05-01T09:00:00Z'), '2026-05-01T09:00:00.000Z'],
    ['a long', BSON.Long.fromString('9007199254740993'), '9007199254740993'],
    ['a decimal', BSON.Decimal128.fromString('10.50'), '10.50'],
    ['a UUID', uuid, '7f3b1c9e-0000-4000-8000-000000000001'],
    ['bytes', new BSON.Binary(Buffer.from('hi')), 'aGk='],
    ['no number', Number.NaN, 'NaN'],
    ['what JSON has', { a: [1, 'x', true, null, undefined] }, { a: [1, 'x', true, null, null] }],
    ['what only BSON has', new BSON.MinKey(), '{"$minKey":1}'],
  ])('that is %s becomes JSON', (_what, value, json) => {
    expect(toJson(value)).toEqual(json);
  });
});

describe('an address', () => {
  const settings = MongodbSettings.parse({
    ...{ schedule: '1h', database: 'app', collection: 'accounts' },
    mapping: { columns: { _id: { to: 'identifier', type: 'user_id' } } },
  });
  const pull = async (uri: string) => {
    const run = { now: 0, signal: new AbortController().signal, pageRows: 2, cursor: undefined, overlapMs: 0 };
    for await (const page of createMongodbPuller(createNetwork([])).pull({ settings, secrets: { uri }, ...run }))
      return page;
    return undefined;
  };

  it.each([
    ['inside the network', 'mongodb://10.0.0.1/', 'private-address'],
    ['of the second member inside', 'mongodb://8.8.8.8,127.0.0.1/', 'private-address'],
    ['that is a socket of the machine', 'mongodb://%2Ftmp%2Fmongodb-27017.sock/', 'bad-uri'],
    ['that cannot be read', 'mongodb://a:b:c@/', 'bad-uri'],
  ])('%s is not asked', async (_what, uri, code) => {
    await expect(pull(uri)).rejects.toMatchObject({ name: 'SourceRefused', code });
  });

  it.each(['tlsCAFile=/etc/passwd', 'proxyHost=10.0.0.1', 'authMechanism=MONGODB-OIDC'])(
    'is not saved with %s',
    (option) => {
      expect(MongodbSecrets.safeParse({ uri: `mongodb://db.example/?${option}` }).success).toBe(false);
      expect(MongodbSecrets.safeParse({ uri: 'mongodb://db.example/?replicaSet=rs0&tls=true' }).success).toBe(true);
    },
  );
});
