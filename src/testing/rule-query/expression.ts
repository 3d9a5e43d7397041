import type { Json } from '../../domain/json';
import { anyElement, type PathPart } from '../../domain/path';

/** An aggregation expression of MongoDB: data, which nothing here carries out. */
export type Expression = Json;

/** Gives a variable a name that no expression around it uses. */
export type Fresh = () => string;

export const literal = (value: Json): Expression => ({ $literal: value });
export const always = (holds: boolean): Expression => literal(holds);
export const and = (...all: readonly Expression[]): Expression => ({ $and: [...all] });
export const or = (...any: readonly Expression[]): Expression => ({ $or: [...any] });
export const not = (one: Expression): Expression => ({ $not: [one] });
export const compare = (
  how: '$eq' | '$ne' | '$gt' | '$gte' | '$lt' | '$lte',
  one: Expression,
  other: Expression,
): Expression => ({ [how]: [one, other] });
export const when = (holds: Expression, then: Expression, otherwise: Expression): Expression => ({
  $cond: [holds, then, otherwise],
});

/** Types are asked before anything is compared: what compares with another type differs from store to store. */
export const isOfType = (value: Expression, type: 'object' | 'array' | 'string' | 'bool' | 'null'): Expression =>
  compare('$eq', { $type: value }, type);
export const isNumber = (value: Expression): Expression => ({ $isNumber: value });
export const isPresent = (value: Expression): Expression => not(isOfType(value, 'null'));

/** The field of an object whose key may be anything, `$` and `.` included; null where it has none. */
export const fieldOf = (input: Expression, key: string): Expression => ({
  $ifNull: [{ $getField: { field: literal(key), input } }, null],
});

/** Works something out once, for an expression that asks for it more than once. */
export function using(fresh: Fresh, value: Expression, body: (known: Expression) => Expression): Expression {
  const name = fresh();
  return { $let: { vars: { [name]: value }, in: body(`$$${name}`) } };
}

export function anyOf(fresh: Fresh, list: Expression, test: (element: Expression) => Expression): Expression {
  const name = fresh();
  return { $anyElementTrue: [{ $map: { input: list, as: name, in: test(`$$${name}`) } }] };
}

/** As `someAt` of paths: whether a value at the end of the parts passes, or any of them where they pass through lists. */
export function someAt(
  fresh: Fresh,
  value: Expression,
  [part, ...rest]: readonly PathPart[],
  passes: (found: Expression) => Expression,
): Expression {
  return using(fresh, value, (known) => {
    if (part === undefined) return when(isPresent(known), passes(known), false);
    const isAny = part === anyElement;
    const inside = isAny
      ? anyOf(fresh, known, (element) => someAt(fresh, element, rest, passes))
      : someAt(fresh, fieldOf(known, part), rest, passes);
    return when(isOfType(known, isAny ? 'array' : 'object'), inside, false);
  });
}

/** All numbers at the end of the parts, as a list. */
export function numbersAt(fresh: Fresh, value: Expression, [part, ...rest]: readonly PathPart[]): Expression {
  return using(fresh, value, (known) => {
    if (part === undefined) return when(isNumber(known), [known], []);
    if (part !== anyElement)
      return when(isOfType(known, 'object'), numbersAt(fresh, fieldOf(known, part), rest), literal([]));
    return when(
      isOfType(known, 'array'),
      joined(fresh, known, (one) => numbersAt(fresh, one, rest)),
      literal([]),
    );
  });
}

/** The lists that come of each element, one after the other. */
export function joined(fresh: Fresh, list: Expression, each: (element: Expression) => Expression): Expression {
  const name = fresh();
  const lists = { $map: { input: list, as: name, in: each(`$$${name}`) } };
  return { $reduce: { input: lists, initialValue: [], in: { $concatArrays: ['$$value', '$$this'] } } };
}
