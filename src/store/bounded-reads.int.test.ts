import { randomBytes } from 'node:crypto';
import type { CommandStartedEvent } from 'mongodb';
import { connectStore, inTransaction, prepareStore, type StoreConnection } from './open-store';

const uri = new URL(process.env['HEDDLE_TEST_MONGODB_URI'] ?? '');
uri.searchParams.set('monitorCommands', 'true');

let connection: StoreConnection;
const commands: { readonly name: string; readonly maxTimeMS: unknown }[] = [];
beforeAll(async () => {
  const database = `reads-${randomBytes(5).toString('hex')}`;
  connection = await connectStore({ uri: uri.href, database, masterKey: randomBytes(32), maxReadMs: 9_000 });
  connection.client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) =>
    commands.push({ name: commandName, maxTimeMS: command['maxTimeMS'] }),
  );
});
beforeEach(() => commands.splice(0));
afterAll(async () => {
  await connection.db.dropDatabase();
  await connection.client.close();
});

describe('a connection with bounded reads', () => {
  it('bounds every read, in transactions too', async () => {
    const people = connection.db.collection<{ _id: string; age: number }>('people');
    await people.insertOne({ _id: 'ada', age: 36 });
    expect(await people.find({ age: 36 }).sort({ _id: 1 }).toArray()).toHaveLength(1);
    expect(await people.findOne({ _id: 'ada' }, { projection: { _id: 1 } })).toEqual({ _id: 'ada' });
    expect(await people.countDocuments({ age: 36 })).toBe(1);
    expect(await people.aggregate([{ $match: { age: 36 } }]).toArray()).toHaveLength(1);
    const found = await inTransaction(connection, (session) => people.findOne({ _id: 'ada' }, { session }));
    expect(found).toEqual({ _id: 'ada', age: 36 });
    expect(
      commands.filter(({ name }) => name === 'find' || name === 'aggregate').map(({ maxTimeMS }) => maxTimeMS),
    ).toEqual([9_000, 9_000, 9_000, 9_000, 9_000]);
  });

  it('lets a read say a bound of its own', async () => {
    await connection.db.collection('people').find({}, { maxTimeMS: 500 }).toArray();
    expect(commands).toEqual([{ name: 'find', maxTimeMS: 500 }]);
  });

  it('lets migrations and indexes take their time', async () => {
    await prepareStore(connection);
    expect(commands.filter(({ maxTimeMS }) => maxTimeMS !== undefined)).toEqual([]);
    expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(['find', 'createIndexes']));
  });
});
