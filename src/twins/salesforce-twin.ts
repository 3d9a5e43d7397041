import { startTwinServer, type TwinAnswer, type TwinRequest, type TwinServer } from './twin-server';

export interface SalesforceRecord {
  readonly Id: string;
  /** As Salesforce writes it: `2026-05-01T09:00:00.000+0000`. */
  readonly SystemModstamp: string;
  readonly [field: string]: unknown;
}

export interface SalesforceTwin extends TwinServer {
  readonly records: SalesforceRecord[];
  /** Tokens that were given out end. */
  endSessions(): void;
  /** What it names as its instance from now on. */
  nameInstance(url: string): void;
}

export interface SalesforceTwinOptions {
  readonly clientId: string;
  readonly clientSecret: string;
}

const pageSize = 2;
const invalidSession = {
  status: 401,
  body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
};

/** Salesforce as far as a pull needs it: the client credentials flow, one object, and queries in order of `SystemModstamp` with locators. */
export async function startSalesforceTwin(options: SalesforceTwinOptions): Promise<SalesforceTwin> {
  const records: SalesforceRecord[] = [];
  const results = new Map<string, readonly SalesforceRecord[]>();
  let sessions = 0;
  let token = '';
  let instance: string | undefined;
  const server: TwinServer = await startTwinServer((request) => {
    if (request.path === '/services/oauth2/token') {
      const refused = checkClient(request, options);
      if (refused) return refused;
      token = `token-${(sessions += 1)}`;
      return { status: 200, body: { access_token: token, instance_url: instance ?? server.url, token_type: 'Bearer' } };
    }
    if (request.headers['authorization'] !== `Bearer ${token}`) return invalidSession;
    return answerQuery(request, records, results);
  });
  return {
    ...server,
    records,
    endSessions: () => void (token = ''),
    nameInstance: (url) => void (instance = url),
  };
}

function checkClient(
  { body, method }: TwinRequest,
  { clientId, clientSecret }: SalesforceTwinOptions,
): TwinAnswer | undefined {
  const form = new URLSearchParams(body);
  const isKnown = form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
  if (method === 'POST' && form.get('grant_type') === 'client_credentials' && isKnown) return undefined;
  return { status: 400, body: { error: 'invalid_client', error_description: 'invalid client credentials' } };
}

function answerQuery(
  { path, query }: TwinRequest,
  records: readonly SalesforceRecord[],
  results: Map<string, readonly SalesforceRecord[]>,
): TwinAnswer {
  const [, locator, from] = /\/query\/(\w+)-(\d+)$/.exec(path) ?? [];
  if (locator !== undefined) return toPage(locator, results.get(locator) ?? [], Number(from));
  const soql = query.get('q') ?? '';
  if (!/^SELECT Id, SystemModstamp, .+ FROM Contact\b/.test(soql))
    return { status: 400, body: [{ message: 'unexpected token', errorCode: 'MALFORMED_QUERY' }] };
  const name = `q${results.size}`;
  results.set(name, run(soql, records));
  return toPage(name, results.get(name) ?? [], 0);
}

/** The conditions that a pull writes, and no others. */
function run(soql: string, records: readonly SalesforceRecord[]): SalesforceRecord[] {
  const [, from = '1970-01-01T00:00:00Z'] = /SystemModstamp >=? ([\dTZ:.-]+)/.exec(soql) ?? [];
  const [, after] = /Id > '(\w+)'/.exec(soql) ?? [];
  const [, name] = /LastName = '((?:[^'\\]|\\.)*)'/.exec(soql) ?? [];
  const at = (record: SalesforceRecord): number => Date.parse(record.SystemModstamp.replace('+0000', 'Z'));
  const isWanted = (record: SalesforceRecord): boolean => {
    const isLater = at(record) > Date.parse(from);
    const isSame = at(record) === Date.parse(from) && (after === undefined || record.Id > after);
    return (isLater || isSame) && (name === undefined || record['LastName'] === name.replace(/\\(.)/g, '$1'));
  };
  return records.filter(isWanted).sort((a, b) => at(a) - at(b) || (a.Id < b.Id ? -1 : 1));
}

function toPage(name: string, all: readonly SalesforceRecord[], from: number): TwinAnswer {
  const records = all
    .slice(from, from + pageSize)
    .map((record) => ({ attributes: { type: 'Contact', url: '/x' }, ...record }));
  const done = from + pageSize >= all.length;
  const nextRecordsUrl = `/services/data/v62.0/query/${name}-${from + pageSize}`;
  return { status: 200, body: { totalSize: all.length, done, records, ...(!done && { nextRecordsUrl }) } };
}
