import { z } from 'zod';
import { isJsonObject } from '../../domain/json';
import { canonicalJson } from '../../domain/privacy/receipt';
import { isSigned } from '../../store/sign';
import { AnyObject } from '../json-schema';
import { OperationBody, presentOperation } from '../operations/presenter';
import { accepted } from '../operations/start-operation';
import { defineRoute, type Route } from '../route';
import { readRef, startErasure } from './start-erasure';

const RefText = z.string().min(1).max(400);
const Ref = z.strictObject({ ref: RefText });
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
    handle: async (call) => accepted(await startErasure(call, readRef(call.params.ref))),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/erasures',
    scope: 'profiles:erase',
    summary: `Erase several people, at most ${mostAtOnce}, each by an operation of their own`,
    body: z.strictObject({ refs: z.array(RefText).min(1).max(mostAtOnce) }),
    responses: { 202: ErasuresBody },
    handle: async (call) => {
      // Before the first is erased, none of them is misspelt.
      const refs = call.body.refs.map(readRef);
      const data = [];
      for (const ref of refs) data.push(presentOperation(await startErasure(call, ref)));
      return { status: 202, body: { data } };
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
