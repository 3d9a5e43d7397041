import { answerWithinMs } from '../../store/impact-limits';
import { isTimeUp } from '../../store/mongo-errors';
import { tooSlow } from '../problem';

/** Figures that the database could not add up in time are an answer one can act on. */
export async function withinTime<Report>(report: Promise<Report>): Promise<Report> {
  try {
    return await report;
  } catch (error) {
    if (!isTimeUp(error)) throw error;
    throw tooSlow(`These figures take longer than ${answerWithinMs / 1_000} s to add up; ask for a shorter window.`);
  }
}
