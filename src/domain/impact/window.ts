import { durationPattern, parseDuration } from '../duration';

/** The longest window to ask for: a question reads what happened inside its window, so this bounds the work. */
export const longestWindow = '90d';
export const usualWindow = '7d';

/** Whether text is a duration of at most ninety days. */
export const isWindow = (text: string): boolean =>
  durationPattern.test(text) && parseDuration(text) <= parseDuration(longestWindow);
