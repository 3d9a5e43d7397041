import { kindOf } from '../events/rejection';
import { isJsonObject, type Json } from '../json';
import type { PropertyRule } from './plan.schema';
import type { Violation } from './violation';

type Fault = Pick<Violation, 'code' | 'message'>;
type Check = (value: Json) => Fault | undefined;

const typeChecks: Readonly<Record<NonNullable<PropertyRule['types']>[number], (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  object: isJsonObject,
  array: Array.isArray,
};

const isDate = (text: string): boolean => !Number.isNaN(Date.parse(text));
// None of them can backtrack: each repetition is of a class that what follows it is not in.
const forms: Readonly<Record<NonNullable<PropertyRule['form']>, (text: string) => boolean>> = {
  email: (text) =>
    text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text) && text.lastIndexOf('.') > text.indexOf('@') + 1,
  uuid: (text) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isDate(text),
  'date-time': (text) =>
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/.test(text) && isDate(text),
  url: (text) => /^https?:\/\/[^\s/?#]+[^\s]*$/i.test(text),
};

/** The checks of one rule on a value that is there. Each names the field as the rule does. */
export function checksOf(rule: PropertyRule): readonly Check[] {
  return [...typeCheck(rule), ...valuesCheck(rule), ...formCheck(rule), ...textChecks(rule)];
}

function typeCheck({ path, types }: PropertyRule): Check[] {
  if (!types) return [];
  const says = `the tracking plan says ${types.join(' or ')}`;
  return [
    (value) =>
      types.some((type) => typeChecks[type](value))
        ? undefined
        : { code: 'wrong_type', message: `${path} is ${kindOf(value)}; ${says}.` },
  ];
}

function valuesCheck({ path, values }: PropertyRule): Check[] {
  if (!values) return [];
  const allowed = new Set<Json>(values);
  const message = `${path} is none of the ${values.length} values that the tracking plan lists; send one of them.`;
  return [(value) => (allowed.has(value) ? undefined : { code: 'value_not_allowed', message })];
}

function formCheck({ path, form }: PropertyRule): Check[] {
  if (!form) return [];
  const fault: Fault = {
    code: 'wrong_form',
    message: `${path} has not the form of a ${form}, as the tracking plan says.`,
  };
  return [(value) => (typeof value === 'string' && forms[form](value) ? undefined : fault)];
}

function textChecks({ path, startsWith, endsWith, contains }: PropertyRule): Check[] {
  const fault = (how: string): Fault => ({
    code: 'wrong_form',
    message: `${path} does not ${how} what the tracking plan says.`,
  });
  const check = (part: string | undefined, how: string, holds: (text: string, part: string) => boolean): Check[] =>
    part === undefined ? [] : [(value) => (typeof value === 'string' && holds(value, part) ? undefined : fault(how))];
  return [
    ...check(startsWith, 'begin with', (text, part) => text.startsWith(part)),
    ...check(endsWith, 'end with', (text, part) => text.endsWith(part)),
    ...check(contains, 'contain', (text, part) => text.includes(part)),
  ];
}
