import type { Finding } from '../domain/audiences/condition-kind';
import { pointerPart } from '../domain/json-pointer';
import type { z } from 'zod';

/** One fault of a request: where it is, as a JSON pointer into that part, and what is wrong. */
export interface Fault {
  readonly in?: 'body' | 'query' | 'path';
  readonly pointer: string;
  readonly message: string;
}

/** An answer that is not a success, as RFC 9457 words it. `code` ends the stable `type`. */
export class Problem extends Error {
  readonly title: string;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    more: { title?: string; errors?: readonly Fault[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.title = more.title ?? titles[status] ?? 'Request failed';
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  get type(): string {
    return `urn:heddle:problem:${this.code}`;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Switched off',
  412: 'Changed by somebody else',
  413: 'Too large',
  415: 'Encoding not supported',
  422: 'Cannot be processed',
  429: 'Too much at once',
  500: 'Internal error',
  503: 'Temporarily unavailable',
};

export const invalidRequest = (detail: string, errors: readonly Fault[] = []): Problem =>
  new Problem(400, 'invalid-request', detail, { errors });

export const unauthenticated = (detail: string): Problem =>
  new Problem(401, 'unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer, Basic realm="heddle"' } });

export const forbidden = (detail: string): Problem => new Problem(403, 'forbidden', detail);

/** `what` completes "There is no …". The same answer for what does not exist and for what belongs to another workspace. */
export const notFound = (what: string): Problem => new Problem(404, 'not-found', `There is no ${what}.`);

export const conflict = (detail: string, errors: readonly Fault[] = []): Problem =>
  new Problem(409, 'conflict', detail, { errors });

/** A definition of the right shape that means something impossible: an audience cycle, an unknown reference. */
/** What is wrong with a part of the body, as faults at their places in it. */
export const faultsOf = (findings: readonly Finding[], under = ''): Fault[] =>
  findings.map(({ path, message, suggestion }) => ({
    in: 'body',
    pointer: `${under}${path}`,
    message: `${message} ${suggestion}`,
  }));

export const invalidDefinition = (errors: readonly Fault[]): Problem =>
  new Problem(400, 'invalid-definition', errors.map((error) => error.message).join(' '), { errors });

export const tooLarge = (detail: string): Problem =>
  new Problem(413, 'too-large', detail, { headers: { Connection: 'close' } });

export const tooManyEvents = (count: number, most: number): Problem =>
  new Problem(413, 'too-large', `The batch has ${count} events; send at most ${most}.`);

/** `each` is what a batch says for all its events, in bytes. */
export const tooMuchForEach = (each: number, events: number, most: number): Problem =>
  new Problem(
    413,
    'too-large',
    `What the batch says for all its events has ${each} bytes, which each of its ${events} events is stored with: more than ${most} bytes. Send fewer events at once, or say less for all of them.`,
  );

export const unavailable = (detail: string): Problem =>
  new Problem(503, 'unavailable', detail, { headers: { 'Retry-After': '2' } });

/** The database would answer, but not in the time that one question may take. */
export const tooSlow = (detail: string): Problem => new Problem(503, 'too-slow', detail);

/** `["rule", "all", 0]` → `/rule/all/0` (RFC 6901). */
export const toPointer = (path: readonly PropertyKey[]): string => path.map(pointerPart).join('');

export function toFaults(error: z.core.$ZodError, part: NonNullable<Fault['in']>): Fault[] {
  return error.issues.map((issue) => ({ in: part, pointer: toPointer(issue.path), message: messageOf(issue) }));
}

/** A name that is refused says what names are like, and not only that it is none. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message;
