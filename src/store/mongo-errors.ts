import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';

/** Server codes by the names that the server gives them (its `error_codes.yml`). */
const code = {
  HostUnreachable: 6,
  HostNotFound: 7,
  LockTimeout: 24,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  MaxTimeMSExpired: 50,
  WriteConcernTimeout: 64,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  WriteConflict: 112,
  PrimarySteppedDown: 189,
  NetworkInterfaceExceededTimeLimit: 202,
  SnapshotTooOld: 239,
  SnapshotUnavailable: 246,
  NoSuchTransaction: 251,
  ExceededTimeLimit: 262,
  TransactionExceededLifetimeLimitSeconds: 290,
  ConnectionPoolExpired: 317,
  TemporarilyUnavailable: 365,
  ResourceExhausted: 402,
  SocketException: 9_001,
  NotWritablePrimary: 10_107,
  DuplicateKey: 11_000,
  InterruptedAtShutdown: 11_600,
  InterruptedDueToReplStateChange: 11_602,
  NotPrimaryNoSecondaryOk: 13_435,
  NotPrimaryOrSecondary: 13_436,
  OutOfDiskSpace: 14_031,
} as const;

const lostPrimary: readonly number[] = [
  code.ShutdownInProgress,
  code.PrimarySteppedDown,
  code.NotWritablePrimary,
  code.InterruptedAtShutdown,
  code.InterruptedDueToReplStateChange,
  code.NotPrimaryNoSecondaryOk,
  code.NotPrimaryOrSecondary,
];
const contended: readonly number[] = [code.LockTimeout, code.WriteConflict, code.DuplicateKey];
const slow: readonly number[] = [
  code.HostUnreachable,
  code.HostNotFound,
  code.MaxTimeMSExpired,
  code.NetworkTimeout,
  code.NetworkInterfaceExceededTimeLimit,
  code.ExceededTimeLimit,
  code.ConnectionPoolExpired,
  code.TemporarilyUnavailable,
  code.ResourceExhausted,
  code.SocketException,
];
const lostTransaction: readonly number[] = [
  code.SnapshotTooOld,
  code.SnapshotUnavailable,
  code.NoSuchTransaction,
  code.TransactionExceededLifetimeLimitSeconds,
];

const passing = new Set<unknown>([...lostPrimary, ...contended, ...slow, ...lostTransaction]);
const away = new Set<unknown>([...lostPrimary, code.WriteConcernTimeout, code.OutOfDiskSpace]);
const awayErrors = [MongoServerSelectionError, MongoNetworkError, MongoNotConnectedError, MongoTopologyClosedError];

/** Whether doing the same again may help: conflicts, duplicate keys of a creation race, time-outs and lost primaries all pass. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  return (
    isAway(error) ||
    error.hasErrorLabel('TransientTransactionError') ||
    error.hasErrorLabel('UnknownTransactionCommitResult') ||
    passing.has(error.code)
  );
}

/** Whether another transaction came between, so that reading again and deciding again is the remedy. */
export function isContended(error: unknown): boolean {
  return (
    error instanceof MongoError &&
    (error.hasErrorLabel('TransientTransactionError') || error.code === code.DuplicateKey)
  );
}

/** Whether a document of this `_id` is there already. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoError && error.code === code.DuplicateKey;

/** Whether the server gave up a read at its `maxTimeMS`. */
export const isTimeUp = (error: unknown): boolean =>
  error instanceof MongoError && error.code === code.MaxTimeMSExpired;

/** Whether the database does not answer, or cannot promise anything at present. It recovers by itself. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  return (
    awayErrors.some((kind) => error instanceof kind) ||
    away.has(error.code) ||
    error.hasErrorLabel('RetryableWriteError') ||
    isUnansweredBulkWrite(error)
  );
}

/** The index of each insert refused as a repeat; `undefined` when something else went wrong, for any of them. */
export function repeatedIndexes(error: unknown): number[] | undefined {
  if (!(error instanceof MongoBulkWriteError)) return undefined;
  const failures = [error.writeErrors].flat();
  const isRepeats = failures.length > 0 && failures.every((failure) => failure.code === code.DuplicateKey);
  return isRepeats ? failures.map((failure) => failure.index) : undefined;
}

/** Whether what was to be dropped is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof MongoError && (error.code === code.NamespaceNotFound || error.code === code.IndexNotFound);
}

/** The driver wraps what stopped a bulk write on its way, and drops its kind; what the server refuses has a code or write errors. */
function isUnansweredBulkWrite(error: MongoError): boolean {
  return error instanceof MongoBulkWriteError && error.code === undefined && [error.writeErrors].flat().length === 0;
}
