import type { Asking } from './comparison';
import type { Expression } from './expression';

/**
 * One kind of condition as an expression on a profile as it is stored, with its events beside it as `events`; `undefined` of a condition
 * that no expression says.
 */
export type QueryKind<Condition> = (condition: Condition, asking: Asking) => Expression | undefined;

/** Of a kind whose answer is nowhere in the profile or its events. */
export const beyondQueries: QueryKind<unknown> = () => undefined;
