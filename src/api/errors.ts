import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { Problem, unavailable } from './problem';

/** The one translator of errors into answers. What it does not know is a fault of ours and says nothing about itself. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isStoreDown(error))
    return unavailable('The database does not answer. What was sent may not be stored: send the same request again.');
  if (error instanceof URIError) return new Problem(400, 'invalid-request', 'The path is not valid percent-encoding.');
  return new Problem(500, 'internal', 'Something failed on our side. The request id finds it in the logs.');
}

const downErrors = [MongoServerSelectionError, MongoNetworkError, MongoNotConnectedError, MongoTopologyClosedError];
/** NotWritablePrimary, PrimarySteppedDown, shutdowns, write concern time-outs: the store recovers by itself. */
const downCodes = new Set<unknown>([64, 91, 189, 10_107, 11_600, 11_602, 13_435, 13_436]);

function isStoreDown(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  return (
    downErrors.some((kind) => error instanceof kind) ||
    downCodes.has(error.code) ||
    error.hasErrorLabel('RetryableWriteError') ||
    isUnansweredBulkWrite(error)
  );
}

/** The driver wraps what stopped a bulk write on its way, and drops its kind; what the server refuses has a code or write errors. */
function isUnansweredBulkWrite(error: MongoError): boolean {
  return error instanceof MongoBulkWriteError && error.code === undefined && [error.writeErrors].flat().length === 0;
}

/** The document that leaves. */
export function presentProblem(problem: Problem, requestId: string) {
  return {
    type: problem.type,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    requestId,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
  };
}
