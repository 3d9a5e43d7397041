import { MongoServerError, MongoServerSelectionError } from 'mongodb';
import { toSourceError } from '../network';
import { SourceBusy, SourceRefused } from '../source';

/** Server codes by the names that the server gives them (its `error_codes.yml`). */
const code = {
  BadValue: 2,
  Unauthorized: 13,
  AuthenticationFailed: 18,
  InvalidNamespace: 73,
  AtlasError: 8_000,
} as const;
const refusals: Readonly<Record<number, string>> = {
  [code.BadValue]: 'The database does not take the filter.',
  [code.Unauthorized]: 'The user may not read this; give it the role "read".',
  [code.AuthenticationFailed]: 'The database does not take user and password; send the right address.',
  [code.InvalidNamespace]: 'There is no such collection.',
  [code.AtlasError]: 'The database does not take user and password; send the right address.',
};

/** Says what an error of the driver means. Its message may quote values and is left out. */
export function toPullError(error: unknown): unknown {
  if (error instanceof MongoServerError) {
    const known = typeof error.code === 'number' ? refusals[error.code] : undefined;
    if (known !== undefined) return new SourceRefused(`mongodb-${error.code}`, known);
    return new SourceBusy(`mongodb-${error.code}`, 'The database refuses the question now; it is asked again.');
  }
  // What the guard has refused is at the bottom of the driver's own error.
  if (error instanceof MongoServerSelectionError) return toSourceError(causeOf(error));
  return toSourceError(error);
}

function causeOf(error: MongoServerSelectionError): unknown {
  const [server] = [...(error.reason?.servers.values() ?? [])];
  return server?.error?.cause ?? server?.error ?? error;
}
