import request from 'supertest';
import type { IdentityPolicy } from '../../client/types';
import { until } from '../../testing/system';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const asked = (method: 'get' | 'put' | 'post' | 'delete', path: string, body?: object, key = workspace.apiKey) => {
  const call = request(api.app)[method](path).auth(key, { type: 'bearer' });
  return body ? call.send(body) : call;
};
const profile = async (ref: string) => (await asked('get', `/v1/profiles/${ref}`).expect(200)).body as Shown;
const put = (policy: IdentityPolicy) => asked('put', '/v1/policies/identity', policy).expect(200);
interface Shown {
  readonly id: string;
  readonly identifiers: readonly { readonly value: string }[];
  readonly isShared?: true;
}
async function apply(...events: readonly object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, events).expect(200);
  await api.catchUp(workspace.ws);
}
/** The answer to a request that waits for the intake. */
async function whileIntakeRuns(call: request.Test): Promise<request.Response> {
  let answer: request.Response | undefined;
  void call.then((response) => (answer = response));
  return until(async () => {
    await api.catchUp(workspace.ws);
    return answer;
  }, 'the answer');
}
const view = (of: object) => ({ type: 'track', event: 'Viewed', ...of });
const valuesOf = ({ identifiers }: Shown): string[] => identifiers.map(({ value }) => value).sort();

describe('a browser that two people use', () => {
  it('is shown as nobody’s, in one batch or in several, and becomes somebody’s when a merge says so', async () => {
    await apply(view({ userId: 'u1', anonymousId: 'a' }));
    await apply(view({ userId: 'u2', anonymousId: 'a' }));
    await apply(view({ userId: 'u3', anonymousId: 'b' }), view({ userId: 'u4', anonymousId: 'b' }));
    const shared = await profile('anonymous_id:a');
    expect([valuesOf(shared), shared.isShared]).toEqual([['a'], true]);
    expect(await profile('anonymous_id:b')).toMatchObject({ isShared: true });
    expect(valuesOf(await profile('user_id:u1'))).toEqual(['u1']);
    await apply(view({ userId: 'u1', anonymousId: 'a' }), view({ anonymousId: 'a' }));
    const { body } = await asked('get', `/v1/profiles/${shared.id}/events`).expect(200);
    expect(body.data).toHaveLength(1);
    const { body: listed } = await asked('get', '/v1/identity/violations?reason=shared').expect(200);
    expect(listed.data).toMatchObject([{ dropped: [{ type: 'anonymous_id', reason: 'shared' }] }]);
    const merged = await whileIntakeRuns(asked('post', '/v1/profiles/user_id:u1/merge', { with: 'anonymous_id:a' }));
    expect(merged.body).toMatchObject({ isDone: true });
    expect(await profile('anonymous_id:a')).not.toHaveProperty('isShared');
    expect(valuesOf(await profile('user_id:u1'))).toEqual(['a', 'u1']);
  });

  it('stays with whom it was first where the policy says so', async () => {
    await put({ sharedDevices: 'owner' });
    await apply(view({ userId: 'u1', anonymousId: 'a' }), view({ userId: 'u2', anonymousId: 'a' }));
    expect(valuesOf(await profile('anonymous_id:a'))).toEqual(['a', 'u1']);
  });
});
