import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { diagnose, doctor } from './doctor';
import { causeOf } from './doctor/check';
import { checkApi } from './doctor/check-api';
import { checkNode } from './doctor/check-machine';

const nothing = { env: {}, servers: 'not started', apiUrl: 'http://127.0.0.1:1' } as const;

describe('diagnose', () => {
  it('says of each server that is not named how to name or start one', async () => {
    const { ok, checks } = await diagnose(nothing);
    const remedyOf = (name: string) => checks.find((check) => check.name === name)?.remedy;
    expect(ok).toBe(false);
    expect(remedyOf('mongodb')).toBe('Set MONGODB_URI, or run `heddle dev`, which starts a database.');
    expect(remedyOf('temporal')).toBe('Set TEMPORAL_ADDRESS, or run `heddle dev`, which starts one.');
    expect(remedyOf('api')).toContain('Start the API');
    expect(remedyOf('configuration')).toContain('npm start');
  });

  it('names each variable that is wrong', async () => {
    const { checks } = await diagnose({ ...nothing, env: { PORT: 'web' }, servers: 'named' });
    const found = checks.filter(({ name }) => name === 'configuration').map((check) => check.found);
    expect(found).toContain('PORT must be a whole number from 1 to 65535; it is text of 3 characters.');
    expect(found).toContainEqual(expect.stringContaining('HEDDLE_SECRET_KEY is not set'));
  });

  it('gives every failure a remedy', async () => {
    const { checks } = await diagnose(nothing);
    expect(checks.filter(({ status, remedy }) => status !== 'ok' && !remedy)).toEqual([]);
  });
});

describe('doctor', () => {
  it('prints a line for each check with what to do, and fails when something failed', async () => {
    const lines: string[] = [];
    expect(await doctor({ json: false }, (text) => lines.push(text), nothing)).toBe(1);
    expect(lines.join('')).toMatch(/^✓ node +\d+\.\d+\.\d+$/m);
    expect(lines.join('')).toMatch(/^✗ mongodb +MONGODB_URI is not set\n {4}→ Set MONGODB_URI/m);
  });

  it('prints one JSON document with --json', async () => {
    const lines: string[] = [];
    await doctor({ json: true }, (text) => lines.push(text), nothing);
    expect(JSON.parse(lines.join(''))).toMatchObject({ ok: false, checks: expect.any(Array) });
  });
});

describe('checkNode', () => {
  it.each([
    ['20.18.3', 'failed'],
    ['18.20.0', 'failed'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
  ])('of %s answers %s', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

describe('checkApi', () => {
  it.each([
    { answer: { status: 'ready', checks: { mongodb: 'ok' } }, status: 'ok', found: /^ready at / },
    { answer: { status: 'not ready', checks: { mongodb: 'failed' } }, status: 'failed', found: /: mongodb$/ },
    { answer: { hello: 'world' }, status: 'failed', found: /^something else answers at / },
  ])('of $answer finds $found', async ({ answer, status, found }) => {
    const server = createServer((_, response) => response.end(JSON.stringify(answer)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const check = await checkApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.closeAllConnections();
    server.close();
    expect(check).toMatchObject({ status, found: expect.stringMatching(found) });
  });
});

describe('causeOf', () => {
  it('prefers the code, and never shows a password', () => {
    expect(causeOf(Object.assign(new Error('long text'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
    expect(causeOf(new Error('cannot reach mongodb://ada:secret@db.internal/x'))).toBe(
      'cannot reach mongodb://db.internal/x',
    );
  });
});
