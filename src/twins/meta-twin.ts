import { createHmac } from 'node:crypto';
import { graphError, type MetaAudience } from './meta-graph';
import { changeUsers } from './meta-users';
import { startTwinServer, type TwinAnswer, type TwinRequest, type TwinServer } from './twin-server';

export interface MetaTwinOptions {
  readonly accessToken: string;
  /** When set, every request needs a proof made with it. */
  readonly appSecret?: string;
  /** Ids of audiences that exist from the start. */
  readonly audiences?: readonly string[];
  readonly port?: number;
}

export interface MetaTwin extends TwinServer {
  /** Ids of all audiences, oldest first. */
  audienceIds(): string[];
  /** What an audience holds, as `EMAIL:<hash>`, `EXTERN_ID:u1`, sorted. A set, as at Meta: repeats change nothing. */
  membersOf(audience: string): string[];
  /** Why requests were refused. */
  readonly complaints: readonly string[];
}

const version = '/v25.0/';
const proofLifeSeconds = 300;
const changes: ReadonlyMap<string, 'add' | 'remove'> = new Map([
  ['POST', 'add'],
  ['DELETE', 'remove'],
]);
const unsupported = graphError(400, 100, 'Unsupported request.');

/** Meta's Graph API as far as customer-list audiences need it: tokens, proofs, forms, hashes and limits are checked. */
export async function startMetaTwin(options: MetaTwinOptions): Promise<MetaTwin> {
  const audiences = new Map(
    (options.audiences ?? []).map((id): [string, MetaAudience] => [id, { id, name: id, members: new Set() }]),
  );
  const complaints: string[] = [];
  const answer = (request: TwinRequest): TwinAnswer => {
    const answered = checkAccess(request, options) ?? route(request, audiences);
    if (answered.status !== 200) complaints.push(JSON.stringify(answered.body));
    return answered;
  };
  const server = await startTwinServer(answer, options.port);
  return {
    ...server,
    complaints,
    audienceIds: () => [...audiences.keys()],
    membersOf: (audience) => [...(audiences.get(audience)?.members ?? [])].sort(),
  };
}

function checkAccess({ headers, query }: TwinRequest, options: MetaTwinOptions): TwinAnswer | undefined {
  const token = query.get('access_token') ?? headers['authorization']?.replace(/^(Bearer|OAuth) /, '');
  if (token !== options.accessToken) return graphError(401, 190, 'Invalid OAuth access token.');
  if (options.appSecret === undefined) return undefined;
  const seconds = query.get('appsecret_time');
  const proof = createHmac('sha256', options.appSecret)
    .update(seconds === null ? token : `${token}|${seconds}`)
    .digest('hex');
  const isFresh = seconds === null || Math.abs(Date.now() / 1_000 - Number(seconds)) <= proofLifeSeconds;
  if (query.get('appsecret_proof') === proof && isFresh) return undefined;
  return graphError(400, 100, 'Invalid appsecret_proof provided in the API argument');
}

function route(request: TwinRequest, audiences: Map<string, MetaAudience>): TwinAnswer {
  const { method, path, body } = request;
  if (!path.startsWith(version)) return graphError(400, 2635, 'This version of the Graph API is not served.');
  const [id = '', edge] = path.slice(version.length).split('/');
  if (id.startsWith('act_')) return onAccount(request, id, edge, audiences);
  const audience = audiences.get(id);
  if (!audience) return graphError(400, 100, `Unsupported request. Object with ID '${id}' does not exist`, 33);
  if (edge === undefined && method === 'GET') return describeAudience(audience);
  const change = changes.get(method);
  return edge === 'users' && change ? changeUsers(audience, change, readJson(body)) : unsupported;
}

function onAccount(
  { method, body, query }: TwinRequest,
  id: string,
  edge: string | undefined,
  audiences: Map<string, MetaAudience>,
): TwinAnswer {
  if (edge === undefined && method === 'GET') return { status: 200, body: { id, name: 'Twin ads' } };
  if (edge !== 'customaudiences') return unsupported;
  if (method === 'GET') return list(query, [...audiences.values()]);
  return method === 'POST' ? create(readJson(body), audiences) : unsupported;
}

/** Ids only, unless `fields` names more; 25 a page, unless `limit` says otherwise. */
function list(query: URLSearchParams, audiences: readonly MetaAudience[]): TwinAnswer {
  const fields = new Set(['id', ...(query.get('fields') ?? '').split(',')]);
  const limit = Number(query.get('limit') ?? 25);
  const start = 1 + audiences.findIndex(({ id }) => id === query.get('after'));
  const page = audiences.slice(start, start + limit);
  const data = page.map((audience) =>
    Object.fromEntries(Object.entries(audience).filter(([field]) => fields.has(field))),
  );
  const cursors = { before: page[0]?.id, after: page.at(-1)?.id };
  const isLast = start + limit >= audiences.length;
  const next = isLast ? undefined : `https://graph.facebook.com/next?after=${cursors.after}`;
  return { status: 200, body: { data, ...(page.length > 0 && { paging: { cursors, next } }) } };
}

function create(body: unknown, audiences: Map<string, MetaAudience>): TwinAnswer {
  const { name, subtype, description, customer_file_source: source } = (body ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return graphError(400, 100, '(#100) The parameter name is required');
  if (subtype !== 'CUSTOM') return graphError(400, 100, '(#100) Param subtype must be one of {CUSTOM, …}');
  if (source === undefined) return graphError(400, 100, '(#100) The parameter customer_file_source is required');
  const id = String(120_000_000_000 + audiences.size + 1);
  audiences.set(id, { id, name, ...(typeof description === 'string' && { description }), members: new Set() });
  return { status: 200, body: { id } };
}

function describeAudience({ id, name, members }: MetaAudience): TwinAnswer {
  const operation_status = { code: 200, description: 'Normal' };
  return { status: 200, body: { id, name, operation_status, approximate_count_lower_bound: members.size } };
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
