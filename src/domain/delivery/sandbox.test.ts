import { toSandbox } from './sandbox';

describe('the request that a test keeps', () => {
  it('has no secret of its destination, however that is written in it', () => {
    const secrets = { token: 'a"b c', signing: { key: 'k1' }, none: '' };
    const body = JSON.stringify({ token: 'a"b c', key: 'k1', to: 'u1' });
    const kept = toSandbox({ method: 'POST', url: 'https://x.test/?t=a%22b%20c', body }, secrets);
    expect(kept).toEqual({
      method: 'POST',
      url: 'https://x.test/?t=•••',
      body: '{"token":"•••","key":"•••","to":"u1"}',
    });
  });

  it('is bounded, and otherwise as it would be sent', () => {
    expect(toSandbox({ method: 'POST', url: 'https://x.test', body: 'é' }, {}).body).toBe('é');
    expect(toSandbox({ method: 'POST', url: 'https://x.test', body: 'x'.repeat(30_000) }, {}).body).toHaveLength(
      20_000,
    );
  });
});
