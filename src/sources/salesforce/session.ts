import { z } from 'zod';
import { parseDuration } from '../../domain/duration';
import type { Json } from '../../domain/json';
import type { AskLimits, Network, WebAnswer } from '../network';
import { checkStatus, parseJson, readText } from '../read-answer';
import { SourceBusy, SourceRefused, type PullContext } from '../source';
import { salesforce } from './constants';
import type { SalesforceSecrets, SalesforceSettings } from './settings.schema';

const Token = z.object({ access_token: z.string().min(1), instance_url: z.url() });
const Errors = z.array(z.object({ errorCode: z.string().regex(/^\w{1,80}$/) })).min(1);
const salesforceHost = /(^|\.)salesforce\.com$/;

/** A token of the client credentials flow and the instance it is for. Asked for when it is needed, and once more when it has ended. */
export class SalesforceSession {
  readonly #limits: AskLimits;
  readonly #maxBytes: number;
  #token: z.output<typeof Token> | undefined;

  constructor(
    readonly network: Network,
    readonly context: PullContext<SalesforceSettings, SalesforceSecrets>,
    maxPageBytes: number,
  ) {
    this.#maxBytes = Math.min(context.settings.maxPageBytes, maxPageBytes);
    this.#limits = { signal: context.signal, timeoutMs: parseDuration(context.settings.timeout) };
  }

  /** The answer to a path of the instance. Throws `SourceRefused` and `SourceBusy`. */
  async get(path: string, headers: Readonly<Record<string, string>>): Promise<Json> {
    const isFresh = this.#token === undefined;
    const answer = await this.#ask(path, headers);
    if (answer.status !== 401 || isFresh) return this.#read(answer);
    this.#token = undefined;
    return this.#read(await this.#ask(path, headers));
  }

  async #ask(path: string, headers: Readonly<Record<string, string>>): Promise<WebAnswer> {
    this.#token ??= await this.#logIn();
    const { access_token, instance_url } = this.#token;
    const url = new URL(path, instance_url);
    if (url.origin !== new URL(instance_url).origin)
      throw new SourceRefused('next-elsewhere', 'Salesforce names a next page at another host, which is not asked.');
    return this.network.ask(
      { method: 'GET', url: url.href, headers: { authorization: `Bearer ${access_token}`, ...headers } },
      this.#limits,
    );
  }

  async #logIn(): Promise<z.output<typeof Token>> {
    const { loginUrl } = this.context.settings;
    const { clientId, clientSecret } = this.context.secrets;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const answer = await this.network.ask(
      {
        method: 'POST',
        url: new URL('/services/oauth2/token', loginUrl).href,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
      },
      this.#limits,
    );
    const text = await readText(answer, this.#maxBytes);
    if (answer.status === 400 || answer.status === 401)
      throw new SourceRefused(
        'credentials',
        'Salesforce does not take client id and secret; check them and the connected app.',
      );
    checkStatus(answer, Date.now());
    return checkToken(Token.safeParse(parseJson(text)).data, loginUrl);
  }

  async #read(answer: WebAnswer): Promise<Json> {
    const text = await readText(answer, this.#maxBytes);
    if (answer.status >= 200 && answer.status <= 299) return parseJson(text);
    throw toFailure(answer, text);
  }
}

/** The token goes to Salesforce, or to the host that has issued it, and to nobody else. */
function checkToken(token: z.output<typeof Token> | undefined, loginUrl: string): z.output<typeof Token> {
  if (!token)
    throw new SourceRefused('no-token', 'Salesforce answers without a token; check the address of My Domain.');
  const { hostname, protocol, origin } = new URL(token.instance_url);
  const isVendor = protocol === 'https:' && salesforceHost.test(hostname);
  if (isVendor || origin === new URL(loginUrl).origin) return token;
  throw new SourceRefused(
    'instance-elsewhere',
    'Salesforce names an instance that is not at salesforce.com, which is not asked.',
  );
}

/** Error codes as the REST API Developer Guide lists them. */
function toFailure(answer: WebAnswer, text: string): unknown {
  const errorCode = codeIn(text);
  if (errorCode === 'REQUEST_LIMIT_EXCEEDED')
    return new SourceBusy(
      errorCode,
      'The limit of requests of a day is reached; Salesforce is asked again.',
      salesforce.limitPauseMs,
    );
  if (errorCode !== undefined && answer.status < 500)
    return new SourceRefused(
      errorCode,
      `Salesforce refuses with ${errorCode}; check object, fields and the rights of the connected app.`,
    );
  try {
    checkStatus(answer, Date.now());
  } catch (error) {
    return error;
  }
  return new SourceBusy('no-answer', 'Salesforce answers with nothing that can be read.');
}

function codeIn(text: string): string | undefined {
  try {
    return Errors.safeParse(JSON.parse(text)).data?.[0]?.errorCode;
  } catch {
    return undefined; // no JSON: the status says enough
  }
}
