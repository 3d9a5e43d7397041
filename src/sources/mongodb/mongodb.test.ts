import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { BSON } from 'mongodb';
import type { Resolve } from '../../destinations/guarded-agent';
import { workspaceId } from '../../domain/ids';
import { createNetwork } from '../network';
import { openAddress } from './address';
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
    const run = {
      ws: workspaceId('ws_1'),
      now: 0,
      signal: new AbortController().signal,
      pageRows: 2,
      cursor: undefined,
      overlapMs: 0,
    };
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

  const isSaved = (uri: string): boolean => MongodbSecrets.safeParse({ uri }).success;

  it.each([
    'mongodb://db.example/?replicaSet=rs0&tls=true&appName=crm',
    'mongodb://reader:p%3Fss%23@db.example:27018,[2001:db8::1]/app?authSource=admin&w=1&retryReads=false',
    'mongodb+srv://reader:pass@cluster.example',
  ])('that says how to speak to a server is saved and asked (%s)', (uri) => {
    expect(isSaved(uri)).toBe(true);
    expect(() => openAddress(uri, createNetwork(['[2001:db8::1]:27017']), {})).not.toThrow();
  });

  describe.each([
    ['a file of the machine', 'tls=true&tlsCAFile=/etc/hostname'],
    ['a proxy inside the network', 'proxyHost=10.0.0.1&proxyPort=1080'],
    ['the machine’s own identity', 'authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:k8s'],
    ['another way to say who it is', 'authMechanism=MONGODB-X509&tls=true'],
    ['where the driver writes its log', 'mongodbLogPath=stdout'],
    ['a balancer', 'loadBalanced=true'],
  ])('that names %s', (_what, options) => {
    it.each([`?${options}`, `?appName=a?b&${options}`, `app?appName=a%3Fb&${options}`, `?${options}#&appName=a`])(
      'is neither saved nor asked, wherever a question mark stands (%s)',
      async (rest) => {
        const uri = `mongodb://db.example/${rest}`;
        expect(isSaved(uri)).toBe(false);
        await expect(pull(uri)).rejects.toMatchObject({ name: 'SourceRefused', code: 'bad-uri' });
      },
    );
  });

  it('is asked at no port of a host inside but those that are allowed', async () => {
    const connections: string[] = [];
    const [allowed, other] = await Promise.all(
      ['allowed', 'other'].map(async (name) => {
        const server = createServer((socket) => {
          connections.push(name);
          socket.on('error', () => undefined).destroy();
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        return { server, port: (server.address() as AddressInfo).port };
      }),
    );
    const toHere: Resolve = (_, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const network = createNetwork([`db.internal:${allowed?.port}`], toHere);
    const client = openAddress(`mongodb://db.internal:${allowed?.port},db.internal:${other?.port}/`, network, {
      serverSelectionTimeoutMS: 500,
    });
    const outcome = await client.connect().catch((error: unknown) => error);
    await client.close();
    for (const { server } of [allowed, other].flatMap((one) => one ?? [])) server.close();
    expect(outcome).toBeInstanceOf(Error);
    expect(connections).toContain('allowed');
    expect(connections).not.toContain('other');
  });
});
