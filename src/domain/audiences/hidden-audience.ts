import type { Json } from '../json';
import { onceForEach } from '../once-for-each';
import { contentKey } from './behaviour/condition-key';
import type { Rule } from './rule.schema';

/** No key of an audience that somebody defines begins so, and all of them come before. */
export const hiddenMark = '~';

/**
 * The key of the audience that nobody defined and nobody is told of: those for whom the rule of a trigger holds. Its edges are what the
 * trigger waits for. The same rule is the same audience, in however many journeys.
 */
export const hiddenKey = onceForEach((rule: Rule): string => `${hiddenMark}${contentKey(rule as unknown as Json)}`);

export const isHidden = (audience: string): boolean => audience.startsWith(hiddenMark);
