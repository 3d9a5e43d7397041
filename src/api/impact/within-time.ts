import { MongoServerError } from 'mongodb';
import { answerWithinMs } from '../../store/impact-limits';
import { Problem } from '../problem';

/** MaxTimeMSExpired. */
const timeIsUp = 50;

/** Figures that the database could not add up in time are an answer one can act on. */
export async function withinTime<Report>(report: Promise<Report>): Promise<Report> {
  try {
    return await report;
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== timeIsUp) throw error;
    const detail = `These figures take longer than ${answerWithinMs / 1_000} s to add up; ask for a shorter window.`;
    throw new Problem(503, 'too-slow', detail);
  }
}
