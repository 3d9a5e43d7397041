import { warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition } from './journey.schema';

/** A holdout that measures nothing costs those who are held out for nothing. */
export function lintHoldout({ holdout, goals = [], steps }: JourneyDefinition): JourneyFinding[] {
  if (!holdout) return [];
  const hasSend = Object.values(steps).some(({ type }) => type === 'send' || type === 'personalise');
  return [...(goals.length === 0 ? [withoutGoal] : []), ...(hasSend ? [] : [withoutSend])];
}

const withoutGoal = warning(
  'holdout_without_goal',
  '/holdout',
  'The journey has no goal, so nothing compares those who are held out with the others.',
  'Add a goal, or remove the holdout.',
);

const withoutSend = warning(
  'holdout_without_send',
  '/holdout',
  'The journey sends and shows nothing, so nobody is held out of anything.',
  'Add a "send" or "personalise" step, or remove the holdout.',
);
