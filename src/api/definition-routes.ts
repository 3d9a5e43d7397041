import { z } from 'zod';
import type { DefinitionKey } from '../domain/definition-fields.schema';
import type { WorkspaceId } from '../domain/ids';
import type { Store } from '../store/store';
import { etagOf } from './etag';
import { PageQuery, pageOf, readPage, toPageOfAll } from './page';
import { invalidRequest, notFound } from './problem';
import { defineRoute, type Frozen, type KeyCall, type Route } from './route';

interface Definition {
  readonly key: string;
  readonly version: number;
}

interface Kind<Doc extends Definition, Body extends z.ZodType, Input extends { readonly key?: string | undefined }> {
  readonly path: `/v1/${string}`;
  readonly scope: 'audiences' | 'consent' | 'destinations' | 'sources';
  /** As problems name one: `tracking plan`. */
  readonly noun: string;
  readonly key: typeof DefinitionKey;
  readonly summaries: Readonly<Record<'list' | 'get' | 'put' | 'delete', string>>;
  readonly body: Body;
  readonly input: z.ZodType<Input>;
  /** What else than a page the list may be asked for. */
  readonly filter?: {
    readonly shape: z.ZodRawShape;
    readonly keeps: (doc: Doc, query: Readonly<Record<string, unknown>>) => boolean;
  };
  readonly in: (store: Store) => {
    list(ws: WorkspaceId): Promise<Doc[]>;
    find(ws: WorkspaceId, key: string): Promise<Doc | undefined>;
  };
  /** What else whoever saves may ask for. */
  readonly saveQuery?: z.ZodObject;
  /** Of one page, or of one. */
  readonly present: (
    docs: readonly Doc[],
    call: KeyCall,
  ) => readonly Frozen<z.input<Body>>[] | Promise<readonly Frozen<z.input<Body>>[]>;
  readonly save: (call: KeyCall, input: Input & { readonly key: string }) => Promise<Doc>;
  readonly delete: (call: KeyCall, key: string) => Promise<void>;
}

const gone = { status: 204, body: undefined } as const;

type CallOfOne = KeyCall<{ readonly key: string }>;

/** List, get, put and delete of what is defined under a key and has versions. What else a kind has builds on `find` and `answer`. */
export function definitionRoutes<
  Doc extends Definition,
  Body extends z.ZodType,
  Input extends { readonly key?: string | undefined },
>(kind: Kind<Doc, Body, Input>) {
  const { path, scope, summaries, present, input, filter } = kind;
  const ListQuery = PageQuery.extend(filter?.shape ?? {}) as typeof PageQuery;
  const body: z.ZodType = kind.body;
  const one = { path: `${path}/{key}`, params: z.strictObject({ key: kind.key }) } as const;

  /** Throws 404. */
  const find = async ({ deps, ws, params: { key } }: CallOfOne): Promise<Doc> => {
    const found = await kind.in(deps.store).find(ws, key);
    if (!found) throw notFound(`${kind.noun} "${key}"`);
    return found;
  };
  const answer = async (call: KeyCall, doc: Doc) => {
    const [presented] = await present([doc], call);
    return { status: 200 as const, body: presented as Frozen<z.input<Body>>, headers: { ETag: etagOf(doc.version) } };
  };

  const routes: readonly Route[] = [
    defineRoute({
      ...{ method: 'get', path, scope: `${scope}:read`, summary: summaries.list, query: ListQuery },
      responses: { 200: pageOf(body) },
      handle: async (call) => {
        const all = await kind.in(call.deps.store).list(call.ws);
        const docs = all.filter((doc) => filter?.keeps(doc, call.query) ?? true);
        const page = toPageOfAll(call, readPage(call), docs, (doc) => doc);
        return { ...page, body: { ...page.body, data: [...(await present(page.body.data, call))] } };
      },
    }),
    defineRoute({
      ...{ method: 'get', ...one, scope: `${scope}:read`, summary: summaries.get },
      responses: { 200: body },
      handle: async (call) => answer(call, await find(call)),
    }),
    defineRoute({
      ...{ method: 'put', ...one, scope: `${scope}:write`, summary: summaries.put, body: input },
      ...(kind.saveQuery && { query: kind.saveQuery }),
      responses: { 200: body },
      handle: async (call) => answer(call, await kind.save(call, underItsKey(call))),
    }),
    defineRoute({
      ...{ method: 'delete', ...one, scope: `${scope}:write`, summary: summaries.delete },
      responses: { 204: z.undefined() },
      handle: (call) => kind.delete(call, call.params.key).then(() => gone),
    }),
  ];
  return { routes, find, answer };
}

/** The definition under the key of its path; the body need not repeat it. Throws 400 where it names another. */
export function underItsKey<Input extends { readonly key?: string | undefined }>({
  params: { key },
  body,
}: KeyCall<{ readonly key: string }, unknown, Input>): Input & { readonly key: string } {
  if (body.key === undefined || body.key === key) return { ...body, key };
  const message = 'The key in the body is another than the one in the path.';
  throw invalidRequest(message, [{ in: 'body', pointer: '/key', message }]);
}
