import { z } from 'zod';
import { SendingPolicy } from '../../domain/delivery/sending-policy.schema';
import type { WorkspaceId } from '../../domain/ids';
import { omit } from '../../domain/json';
import type { Store } from '../../store/store';
import { policyRoutes } from '../policy-routes';
import { invalidRequest } from '../problem';
import { defineRoute, type Route } from '../route';
import { startSends, stopSends } from './stop-sends';

/** `sending`: attempts that were claimed before the stop and were still under way when it was answered. */
export const StoppedBody = z.strictObject({ sendsStopped: z.literal(true), sending: z.int().min(1).optional() });
/** `resuming`: sends that the stop had held; they go on over so many seconds. */
export const StartedBody = z.strictObject({
  sendsStopped: z.literal(false),
  resuming: z.strictObject({ held: z.int(), seconds: z.int() }).optional(),
});

export const sendingRoutes: readonly Route[] = [
  ...policyRoutes<SendingPolicy>({
    path: '/v1/policies/sending',
    schema: SendingPolicy,
    scopes: { read: 'journeys:read', write: 'journeys:write' },
    isAskedLive: true,
    evaluates: async (store, ws, { from, to }) => from.zone !== to.zone && (await hasDateEntry(store, ws)),
    toSave: keepStop,
    summaries: {
      get: 'What every send of a journey must pass: quiet hours, caps, whether all sends are stopped; `{}` lets everything go',
      put: 'Say what sends must pass, from the next one on; those that are held are asked about anew within hours',
    },
    read: ({ sending, sendingVersion }) => ({ policy: sending, version: sendingVersion }),
    write: ({ workspaces }, ws, saved, session) => workspaces.setSending(ws, saved, session),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/policies/sending/stop',
    scope: 'journeys:write',
    summary: 'Stop all sends of journeys; nothing leaves after the answer, unless it says `sending`',
    responses: { 200: StoppedBody },
    handle: async (call) => ({ status: 200, body: await stopSends(call) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/policies/sending/start',
    scope: 'journeys:write',
    summary: 'Let sends go again; those that the stop held go on at a bounded pace',
    responses: { 200: StartedBody },
    handle: async (call) => ({ status: 200, body: await startSends(call) }),
  }),
];

/** A date alone is midnight there for people of whom nobody says where they live. */
async function hasDateEntry({ journeys }: Store, ws: WorkspaceId): Promise<boolean> {
  const versions = await journeys.compiledVersions(ws);
  return versions.some(({ status, definition: { entry } }) => status !== 'archived' && 'date' in entry.on);
}

/** A file that is older than the stop must not end it. */
function keepStop(body: SendingPolicy, present: SendingPolicy): SendingPolicy {
  const isStopped = present.sendsStopped === true;
  if ((body.sendsStopped ?? isStopped) !== isStopped)
    throw invalidRequest(
      `"sendsStopped" is ${isStopped} and is not changed here: POST /v1/policies/sending/${isStopped ? 'start' : 'stop'}, or leave it out.`,
    );
  return { ...omit(body, 'sendsStopped'), ...(isStopped && { sendsStopped: true }) };
}
