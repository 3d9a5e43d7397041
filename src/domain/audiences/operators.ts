export const numberOperators = [
  'equals',
  'not_equals',
  'greater_than',
  'at_least',
  'less_than',
  'at_most',
  'between',
] as const;
/** For the first or last matching event, which is never in the future. */
export const dateOperators = ['before', 'after', 'within_last', 'older_than'] as const;
/** For properties of an event: whether an event matches never depends on the time of asking. */
export const eventOperators = [
  ...numberOperators,
  'in',
  'not_in',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'set',
  'not_set',
  'before',
  'after',
] as const;
export const operators = [...eventOperators, 'within_last', 'within_next', 'older_than'] as const;
export type Operator = (typeof operators)[number];

/** A negation is the exact opposite of its positive form, so it matches an absent value, which no positive form does. */
export const positiveOf: { readonly [Name in Operator]?: Operator } = {
  not_equals: 'equals',
  not_in: 'in',
  not_contains: 'contains',
  not_set: 'set',
};
