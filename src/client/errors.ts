/** One fault of a request: where it is, as a JSON pointer into that part of it, and what is wrong there. */
export interface Fault {
  readonly in?: 'body' | 'query' | 'path';
  readonly pointer: string;
  readonly message: string;
}

/** What a server answers instead of a success (RFC 9457), as far as it says. */
export interface ProblemDocument {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly Fault[];
}

/** The server answered, and the answer is no. `message` is the sentence to show; `errors` say where a definition is wrong. */
export class HeddleError extends Error {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly Fault[];
  readonly requestId: string | undefined;

  constructor(
    readonly status: number,
    problem: ProblemDocument,
  ) {
    const title = problem.title ?? `The server answered ${status}`;
    super(problem.detail ?? title);
    this.name = 'HeddleError';
    this.type = problem.type ?? 'about:blank';
    this.title = title;
    this.detail = problem.detail ?? title;
    this.errors = problem.errors ?? [];
    this.requestId = problem.requestId;
  }
}

/** Nothing that is a Heddle API answered at `url`. `message` says so and what to do. */
export class UnreachableError extends Error {
  constructor(
    readonly url: string,
    fault: string,
    options?: ErrorOptions,
  ) {
    super(`${fault} Start the server with \`npm start\`, or check the address.`, options);
    this.name = 'UnreachableError';
  }
}

/** Reads the problem of an answer that is not a success; an answer of something in between (a proxy) has only its status. */
export async function toHeddleError(response: Response): Promise<HeddleError> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  return new HeddleError(response.status, {
    ...(requestId !== undefined && { requestId }),
    ...(await readProblem(response)),
  });
}

async function readProblem(response: Response): Promise<ProblemDocument> {
  const text = await response.text();
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // not JSON, so not from the API: the status is all there is to say
  }
}
