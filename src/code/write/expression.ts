import type { Json, JsonObject } from '../../domain/json';

const widest = 100;

/** Text on one line, or the lines after the first moved in. */
const inner = (code: string): string => code.replaceAll('\n', '\n  ');
const isShort = (code: string): boolean => !code.includes('\n') && code.length <= widest;

const text = (value: string): string => (/['\\]|[^ -~]/.test(value) ? JSON.stringify(value) : `'${value}'`);

/** `__proto__` as a name in braces is the prototype; in brackets it is a name. */
function nameOf(key: string): string {
  if (key === '__proto__') return `['__proto__']`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : text(key);
}

/** JSON as code. */
export function literal(value: Json): string {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return listed('[', (value as readonly Json[]).map(literal), ']');
  const fields = Object.entries(value as JsonObject).map(([key, one]) => `${nameOf(key)}: ${literal(one)}`);
  return listed(fields.length > 0 ? '{ ' : '{', fields, fields.length > 0 ? ' }' : '}');
}

function listed(open: string, items: readonly string[], close: string): string {
  const line = `${open}${items.join(', ')}${close}`;
  return isShort(line) ? line : `${open.trim()}\n  ${items.map(inner).join(',\n  ')},\n${close.trim()}`;
}

/** A call with what it is told; what is absent at the end is left out. */
export function call(name: string, ...told: readonly (string | undefined)[]): string {
  const given = told.filter((one) => one !== undefined);
  const line = `${name}(${given.join(', ')})`;
  // What ends in a list that is broken anyway needs no more room.
  const hugs = given.length === 1 && /^[[{]\n/.test(given[0] ?? '');
  return isShort(line) || hugs ? line : `${name}(\n  ${given.map(inner).join(',\n  ')},\n)`;
}

/** One call on another's answer, each on a line of its own where they do not fit on one. */
export function chain(head: string, links: readonly string[]): string {
  const line = head + links.join('');
  if (links.length < 2 || (isShort(line) && links.length < 4)) return line;
  return [head, ...links]
    .join('\n  ')
    .replaceAll('\n', '\n')
    .replace(/\n(?! {2}\.)/g, '\n  ');
}

/** An object of options; nothing where there are none. */
export function options(fields: object): string | undefined {
  return Object.keys(fields).length > 0 ? literal(fields as JsonObject) : undefined;
}

/** Whether a piece has nothing but these fields: what has more is written as it stands. */
export const hasOnly = (piece: object, ...fields: readonly string[]): boolean =>
  Object.keys(piece).every((field) => fields.includes(field));
