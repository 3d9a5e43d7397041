import type { ImportInput, ImportResult } from '../../src/client/types';
import { startSystem, type System } from '../../src/testing/system';
import { hookMs } from './use-cases-harness';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.client.purposes.put('news', { name: 'News' });
}, hookMs);
afterAll(() => system.stop(), hookMs);

async function run(input: ImportInput, file: string): Promise<{ readonly id: string; readonly result: ImportResult }> {
  const { client } = system;
  const { id, format } = await client.imports.create(input);
  await client.imports.upload(id, file, { type: format });
  const { result } = await client.operations.wait(id);
  await system.settled();
  return { id, result: result as unknown as ImportResult };
}
const consentOf = (userId: string) => system.client.profiles.consent(`user_id:${userId}`);
const ndjson = (...rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const stating = (userId: string, record: object) => ({
  type: 'identify',
  userId,
  context: { consent: { records: { news: record } } },
});

describe('consent that comes with an import', () => {
  const at = '2026-01-05T09:00:00.000Z';
  const proof = { form: 'newsletter', text: 'v3', ip_hash: 'ab12' };

  it('of events keeps its own time and its proof, says which import it came from, and counts as trusted', async () => {
    const { id, result } = await run(
      { format: 'ndjson', mapping: 'events' },
      ndjson(stating('ann', { status: 'granted', at, proof }), stating('bob', { status: 'revoked', at, proof })),
    );
    expect(result).toMatchObject({ applied: 2, rejected: 0 });
    const { data, purposes } = await consentOf('ann');
    expect(data).toMatchObject([
      { purpose: 'news', status: 'granted', at, proof, source: `import:${id}`, isTrusted: true },
    ]);
    expect(purposes).toMatchObject([
      { purpose: 'news', status: 'granted', isAllowed: true, basis: 'statement', messageId: data[0]?.messageId },
    ]);
    expect((await consentOf('bob')).purposes).toMatchObject([{ status: 'revoked', isAllowed: false }]);
  });

  it('does not overwrite what was said later, and is in the history all the same', async () => {
    await system.client.events.identify({
      userId: 'cy',
      context: { consent: { records: { news: { status: 'denied' } } } },
    });
    await system.settled();
    await run({ format: 'ndjson', mapping: 'events' }, ndjson(stating('cy', { status: 'granted', at, proof })));
    const { data, purposes } = await consentOf('cy');
    expect(purposes).toMatchObject([{ status: 'denied', isAllowed: false }]);
    expect(data).toMatchObject([{ status: 'denied' }, { status: 'granted', at, proof }]);
  });

  it('of a column is what the file says as of its hand-in, or of the time in the row, without proof', async () => {
    const mapping: ImportInput['mapping'] = {
      columns: {
        id: { to: 'identifier', type: 'user_id' },
        opted_in: { to: 'consent', purpose: 'news', granted: ['ja'], denied: ['nein'] },
        since: { to: 'occurredAt' },
      },
    };
    const { id, result } = await run(
      { format: 'csv', mapping },
      `id,opted_in,since\ndee,ja,${at}\neve,nein,\nflo,vielleicht,\n`,
    );
    expect(result).toMatchObject({ applied: 2, rejected: 1, rejectedByCode: { invalid_consent: 1 } });
    const [dee] = (await consentOf('dee')).data;
    expect(dee).toMatchObject({ status: 'granted', at, source: `import:${id}` });
    expect(dee).not.toHaveProperty('proof');
    expect((await consentOf('eve')).purposes).toMatchObject([{ status: 'denied', isAllowed: false }]);
  });

  it('with a proof that is too long is a refused row, and its text is in no answer', async () => {
    const tooLong = stating('gus', { status: 'granted', at, proof: { scan: 'secret-of-gus'.repeat(1_000) } });
    const { result } = await run({ format: 'ndjson', mapping: 'events' }, ndjson(tooLong));
    expect(result).toMatchObject({ applied: 0, rejected: 1, rejectedByCode: { invalid_consent: 1 } });
    expect(JSON.stringify(result)).not.toContain('secret-of-gus');
    await expect(consentOf('gus')).rejects.toMatchObject({ status: 404 });
  });
});
