import type { Compared } from './comparison';
import type { Filter } from './condition-kind';
import { positiveOf, type Operator } from './operators';
import { anyElement, type Step } from './path';
import type { Value } from './rule.schema';

/** A dotted field of a stored profile, or `undefined` when a name could be read as an operator, a path or an index. */
export function fieldPath(names: readonly string[]): string | undefined {
  return names.every(isPlainName) ? names.join('.') : undefined;
}

/**
 * The positive form of a comparison of one stored field. MongoDB looks inside lists where a path without `[]` does not, so
 * every field on the way is required to be no list. `undefined` for what filters cannot say exactly.
 */
export function comparisonFilter(compared: Compared, stem: string, steps: readonly Step[]): Filter | undefined {
  const names = steps.filter((step) => step !== anyElement);
  if (names.length !== steps.length || !names.every(isPlainName) || compared.ignoreCase === true) return undefined;
  const positive = positiveOf[compared.is] ?? compared.is;
  const tests = operatorFilters[positive]?.(compared.value);
  if (tests === undefined) return undefined;
  const fields = names.reduce<string[]>((found, name) => [...found, `${found.at(-1)}.${name}`], [stem]);
  const field = fields.at(-1) as string;
  const parents = fields.slice(0, -1).map((parent) => ({ [parent]: notList }));
  return { $and: [...parents, tests(field)] };
}

type FieldTest = (field: string) => Filter;

const notList = { $not: { $type: 'array' } };

function isPlainName(name: string): boolean {
  return name !== '' && !/^\$|^\d+$|[.\0]/.test(name) && !(name in Object.prototype);
}

const scalar =
  (operator: string) =>
  (value: Value | undefined): FieldTest | undefined =>
    value === undefined || typeof value === 'object'
      ? undefined
      : (field) => ({ [field]: { [operator]: value, ...notList } });

const number =
  (operator: string) =>
  (value: Value | undefined): FieldTest | undefined =>
    typeof value === 'number' ? scalar(operator)(value) : undefined;

const pattern =
  (shape: (literal: string) => string) =>
  (value: Value | undefined): FieldTest | undefined => {
    if (typeof value !== 'string' || /\0|[\uD800-\uDFFF]/.test(value)) return undefined;
    const literal = value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    return (field) => ({ [field]: { $regex: shape(literal), ...notList } });
  };

const operatorFilters: { readonly [Name in Operator]?: (value: Value | undefined) => FieldTest | undefined } = {
  equals: scalar('$eq'),
  in: (value) => (Array.isArray(value) ? (field) => ({ [field]: { $in: value, ...notList } }) : undefined),
  // `$` would also pass before a final line break.
  starts_with: pattern((literal) => `^${literal}`),
  ends_with: pattern((literal) => `${literal}(?![\\s\\S])`),
  set: () => (field) => ({ $or: [{ [field]: { $type: 'array' } }, { [field]: { $exists: true, $ne: null } }] }),
  greater_than: number('$gt'),
  at_least: number('$gte'),
  less_than: number('$lt'),
  at_most: number('$lte'),
  between: (value) => {
    const [low, high] = Array.isArray(value) ? value : [];
    if (typeof low !== 'number' || typeof high !== 'number') return undefined;
    return (field) => ({ [field]: { $gte: low, $lte: high, ...notList } });
  },
};
