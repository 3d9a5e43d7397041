import type { EventDoc } from '../../src/store/documents';
import { inTransaction } from '../../src/store/open-store';
import { startSystem, type System } from '../../src/testing/system';

let system: System;
beforeAll(async () => void (system = await startSystem()));
afterAll(() => system.stop());

const textOf = async (name: string) =>
  JSON.stringify(await system.store.connection.db.collection(name).find().toArray());
const erase = async (ref: string) => {
  const { id } = await system.client.profiles.erase(ref);
  return system.client.operations.wait(id);
};

async function call(method: string, path: string, body: string, contentType = 'application/json') {
  const key = path.startsWith('/v1/batch') ? system.keys.secret : system.keys.api;
  const headers = { authorization: `Bearer ${key}`, 'content-type': contentType };
  const answer = await fetch(`${system.url}${path}`, { method, headers, body });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}
const send = (...batch: object[]) => call('POST', '/v1/batch', JSON.stringify({ batch }));

async function importCsv(csv: string, extra: object = {}) {
  const mapping = { columns: { email: { to: 'identifier', type: 'email' }, plan: { to: 'trait' } } };
  const { id } = await call('POST', '/v1/imports', JSON.stringify({ mapping, ...extra }));
  await call('PUT', `/v1/imports/${String(id)}/file`, csv, 'text/csv');
  return system.client.operations.wait(String(id));
}

async function importNdjson(mapping: object | string, ...rows: readonly object[]) {
  const { id } = await call('POST', '/v1/imports', JSON.stringify({ format: 'ndjson', mapping }));
  const file = rows.map((row) => JSON.stringify(row)).join('\n');
  await call('PUT', `/v1/imports/${String(id)}/file`, file, 'application/x-ndjson');
  return system.client.operations.wait(String(id));
}

/** Leaves an event as the intake leaves one that it cannot apply. */
async function markDead(messageId: string, userId: string) {
  await send({ type: 'track', event: 'Failed', messageId, userId });
  await system.settled();
  const { store, ws } = system;
  const { connection, deadLetters, events, identifiers } = store;
  const event = await events.byMessageId(ws, messageId);
  if (!event) throw new Error('The event was not stored.');
  const asPending = { $set: { state: 'pending' }, $unset: { subject: '', seq: '', waitKey: '', profile: '' } } as const;
  await connection.db.collection<EventDoc>('events').updateOne({ _id: event._id }, asPending);
  const naming = event.identifiers.map((identifier) => identifiers.key(ws, identifier));
  const dead = { deadReason: 'TypeError', deadKeys: naming, expireAt: deadLetters.expireAt(Date.now()) };
  await inTransaction(connection, async (session) => {
    await events.markDead(ws, messageId, dead, session);
    await deadLetters.addUnapplied(ws, event, { code: 'TypeError', at: Date.now(), naming }, session);
  });
}

describe('of somebody erased', () => {
  it('an event that is refused later leaves when and why, and nothing else', async () => {
    await erase('email:late@mail.test');
    const context = { traits: { email: 'late@mail.test' } };
    await send({ type: 'track', event: '', context, properties: { said: 'late secret' } });
    const letters = await textOf('deadLetters');
    expect(letters).not.toContain('late');
    expect(letters).toContain('server');
  });

  it('an event that is refused later keeps nothing of what its batch says of them, nor the browser of an alias', async () => {
    await erase('email:batch@mail.test');
    const context = { traits: { email: 'batch@mail.test' } };
    await call('POST', '/v1/batch', JSON.stringify({ context, batch: [{ type: 'nonsense', anonymousId: 'a1' }, 7] }));
    await erase('anonymous_id:gone-browser');
    await send({ type: 'alias', userId: 'bob', previousId: 'gone-browser', timestamp: 'nonsense' });
    expect(await textOf('deadLetters')).not.toMatch(/batch@mail\.test|gone-browser/);
  });

  it('a row that is refused keeps nothing of them, in whatever column they are', async () => {
    await erase('email:far@mail.test');
    const wide = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`column_${n}`, `value ${n}`]));
    const columns = { id: { to: 'identifier', type: 'user_id' }, age: { to: 'trait', as: 'integer' } };
    const rows = ['far', 'near'].map((who) => ({ id: who, ...wide, age: 'no number', mail: `${who}@mail.test` }));
    expect((await importNdjson({ columns }, ...rows)).result).toMatchObject({
      rejectedByCode: { erased: 1, invalid_value: 1 },
    });
    const kept = await textOf('importRows');
    expect(kept).not.toContain('far@mail.test');
    expect(kept).toContain('near@mail.test');
  });

  it('an old file with consent that does not say when it was given brings nobody back, and one that does, does', async () => {
    const stating = (record: object) => ({
      ...{ type: 'identify', userId: 'back', traits: { plan: 'gold' } },
      context: { consent: { records: { email: { status: 'granted', ...record } } } },
    });
    expect((await importNdjson('events', stating({}))).result).toMatchObject({ applied: 1 });
    await erase('user_id:back');
    const before = new Date().toISOString();
    expect((await importNdjson('events', stating({}))).result).toMatchObject({ rejectedByCode: { erased: 1 } });
    await expect(system.client.profiles.get('user_id:back')).rejects.toMatchObject({ status: 404 });
    expect((await importNdjson('events', stating({ at: before }))).result).toMatchObject({ applied: 1 });
    expect((await system.client.profiles.get('user_id:back')).traits).toMatchObject({ plan: 'gold' });
  });

  it('a row that is imported later is refused, and nothing of it is kept, also of one that cannot be read', async () => {
    await erase('email:row@mail.test');
    expect((await importCsv('email,plan\nrow@mail.test,gold\nx@mail.test,silver\n')).result).toMatchObject({
      ...{ applied: 1, unapplied: 0, rejected: 1, rejectedByCode: { erased: 1 } },
    });
    const { result } = await importCsv('email,plan\nrow@mail.test,gold,too,many\ny@mail.test,a,b\n');
    expect(result).toMatchObject({ rejectedByCode: { erased: 1, wrong_field_count: 1 } });
    const rows = await textOf('importRows');
    expect(rows).not.toContain('row@mail.test');
    expect(rows).toContain('y@mail.test');
  });

  it('a dry run shows no row', async () => {
    await erase('email:dry@mail.test');
    const { result } = await importCsv('email,plan\ndry@mail.test,gold\nz@mail.test,a\n', { dryRun: true });
    expect(result).toMatchObject({ wouldApply: 1, rejectedByCode: { erased: 1 } });
    const rows = await textOf('importRows');
    expect(rows).not.toContain('dry@mail.test');
    expect(rows).toContain('z@mail.test');
  });

  it('dead letters go that hold an identifier inside a longer text', async () => {
    const url = 'https://shop.test/?email=url%40mail.test&x=1';
    await send(
      { type: 'page', anonymousId: 7, context: { page: { url } } },
      { type: 'track', event: '', anonymousId: 'a', properties: { note: 'Call url@mail.test back' } },
    );
    expect(await textOf('deadLetters')).toContain('shop.test');
    await erase('email:url@mail.test');
    expect(await textOf('deadLetters')).not.toMatch(/shop\.test|url@mail\.test/);
  });

  it('an event that could not be applied goes, whatever has become of its letter', async () => {
    await markDead('dead-1', 'dead-user');
    await markDead('dead-2', 'dead-user');
    await system.store.connection.db.collection('deadLetters').deleteMany({ messageId: 'dead-1' });
    await erase('user_id:dead-user');
    expect(await textOf('events')).not.toContain('dead-user');
    expect(await textOf('deadLetters')).not.toContain('dead-2');
  });
});

it('an event that could not be applied goes when its letter is discarded', async () => {
  await markDead('dead-3', 'disc-user');
  const filter = { messageId: 'dead-3' };
  const discarded = await call('POST', '/v1/dead-letters/discard', JSON.stringify({ filter, reason: 'no' }));
  expect(discarded).toEqual({ discarded: 1 });
  expect(await textOf('events')).not.toContain('disc-user');
  expect(await textOf('deadLetters')).toContain('dead-3');
});
