import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devSecrets } from './dev-secrets';

describe('devSecrets', () => {
  const local = mkdtempSync(join(tmpdir(), 'heddle-secrets-'));
  const file = join(local, 'dev-secrets.json');
  const env = { HEDDLE_LOCAL_DIR: local };
  afterAll(() => rmSync(local, { recursive: true, force: true }));
  beforeEach(() => rmSync(file, { force: true }));

  it('makes a master key of 32 bytes once, readable by its owner only', () => {
    const secrets = devSecrets(env);
    expect(Buffer.from(secrets.masterKey, 'base64')).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(devSecrets(env)).toEqual(secrets);
  });

  it('gives way to the environment, for databases that have keys already', () => {
    const masterKey = Buffer.alloc(32, 7).toString('base64');
    const given = { ...env, HEDDLE_SECRET_KEY: masterKey, HEDDLE_ROOT_KEY: 'a root key of the installation' };
    expect(devSecrets(given)).toMatchObject({ masterKey, rootKey: 'a root key of the installation' });
    expect(devSecrets(env).masterKey).not.toBe(masterKey);
  });

  it.each(['{ "masterKey": "ab', '{}', 'null'])('says what to do about a damaged file: %s', (text) => {
    writeFileSync(file, text);
    expect(() => devSecrets(env)).toThrow(/dev-secrets\.json is damaged; put it back from a copy, or delete /);
  });
});
