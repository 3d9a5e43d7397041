import { isAway, isTimeUp } from '../store/mongo-errors';
import { Problem, tooSlow, unavailable } from './problem';

/** The one translator of errors into answers. What it does not know is a fault of ours and says nothing about itself. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isAway(error))
    return unavailable('The database does not answer. What was sent may not be stored: send the same request again.');
  if (isTimeUp(error))
    return tooSlow('The database takes too long to find this out; ask for less, or again when it is less busy.');
  if (error instanceof URIError) return new Problem(400, 'invalid-request', 'The path is not valid percent-encoding.');
  return new Problem(500, 'internal', 'Something failed on our side. The request id finds it in the logs.');
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
