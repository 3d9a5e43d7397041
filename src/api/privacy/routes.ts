import { z } from 'zod';
import { isJsonObject } from '../../domain/json';
import { canonicalJson } from '../../domain/privacy/receipt';
import { isSigned } from '../../store/sign';
import { RetentionInput } from '../../domain/privacy/retention.schema';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { OperationBody, presentOperation } from '../operations/presenter';
import { accepted, startOperation } from '../operations/start-operation';
import { findProfile, ProfileRef } from '../profiles/find-profile';
import { defineRoute, type Route } from '../route';
import { ExportFile, exportFile } from './export-file';
import { setRestriction } from './restrict';
import { RetentionBody, presentRetention } from './retention';
import { readRef, startErasure } from './start-erasure';

const Ref = z.strictObject({ ref: ProfileRef });
/** Each is a transaction of its own before the answer. */
const mostAtOnce = 100;

const ErasuresBody = z.strictObject({ data: z.array(OperationBody) });
const SignedReceipt = z.strictObject({ receipt: AnyObject, signature: z.string().max(200) });

export const privacyRoutes: readonly Route[] = [
  defineRoute({
    method: 'delete',
    path: '/v1/profiles/{ref}',
    scope: 'profiles:erase',
    summary: 'Erase a person for good; also an identifier that nobody has yet. The operation ends with a receipt',
    params: Ref,
    responses: { 202: OperationBody },
    handle: async (call) => accepted(await startErasure(call, await readRef(call, call.params.ref))),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/erasures',
    scope: 'profiles:erase',
    summary: `Erase several people, at most ${mostAtOnce}, each by an operation of their own`,
    body: z.strictObject({ refs: z.array(ProfileRef).min(1).max(mostAtOnce) }),
    responses: { 202: ErasuresBody },
    handle: async (call) => {
      // Before the first is erased, none of them is misspelt.
      const refs = await Promise.all(call.body.refs.map((ref) => readRef(call, ref)));
      const data = [];
      for (const ref of refs) data.push(presentOperation(await startErasure(call, ref)));
      return { status: 202, body: { data } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/profiles/{ref}/restriction',
    scope: 'profiles:write',
    summary: 'Keep a person and stop processing them: nothing is sent, no journey begins, destinations take them off',
    params: Ref,
    responses: { 200: z.strictObject({ profile: z.string(), restrictedAt: Instant }) },
    handle: async (call) => {
      const { id, restrictedAt = call.now } = await setRestriction(call, true);
      return { status: 200, body: { profile: id, restrictedAt: presentInstant(restrictedAt) } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/profiles/{ref}/restriction',
    scope: 'profiles:write',
    summary: 'Process a person again: audiences and destinations are brought to what now holds',
    params: Ref,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await setRestriction(call, false);
      return { status: 204, body: undefined };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/profiles/{ref}/export',
    scope: 'profiles:pii',
    summary: 'Write everything that is kept of a person into a file; the operation ends with its address and digest',
    params: Ref,
    responses: { 202: OperationBody },
    handle: async (call) => {
      const { id } = await findProfile(call.deps.store, call.ws, call.params.ref);
      return accepted(await startOperation(call, { kind: 'export', input: { profile: id } }));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/exports/{id}/file',
    scope: 'profiles:pii',
    summary: 'The file of an export, as JSON lines',
    params: z.strictObject({ id: z.string().min(1).max(100) }),
    responses: { 200: ExportFile },
    handle: async (call) => ({ status: 200, ...(await exportFile(call)) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/policies/retention',
    scope: 'profiles:read',
    summary: 'How long the workspace keeps what, in days; what has no number is kept for good',
    responses: { 200: RetentionBody },
    handle: async (call) => ({ status: 200, body: await presentRetention(call) }),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/policies/retention',
    scope: 'profiles:erase',
    summary: 'Say how long the workspace keeps what; a daily operation removes what is older',
    body: RetentionInput,
    responses: { 200: RetentionBody },
    handle: async (call) => {
      await call.deps.store.workspaces.setRetention(call.ws, call.body);
      return { status: 200, body: await presentRetention(call) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/receipts/verify',
    scope: 'profiles:read',
    summary: 'Whether this installation signed a receipt, and for this workspace',
    body: SignedReceipt,
    responses: { 200: z.strictObject({ isValid: z.boolean() }) },
    handle: async ({ deps, ws, body: { receipt, signature } }) => {
      const { masterKey } = deps.store.connection;
      const isOurs = isJsonObject(receipt) && receipt['workspace'] === ws;
      return { status: 200, body: { isValid: isOurs && isSigned(masterKey, canonicalJson(receipt), signature) } };
    },
  }),
];
