import { noSuchType, type IdentifierTypes } from '../identity/workspace-types';
import type { Target } from './row-mapping.schema';

export interface MappingProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** The parts of a mapping that must fit each other. */
interface Parts {
  readonly type: string;
  readonly columns: Readonly<Record<string, Target | readonly Target[]>>;
  readonly constants: Readonly<Record<string, unknown>>;
  readonly unmapped: string;
}

export interface MappedColumn {
  readonly column: string;
  readonly target: Target;
}

/** Each target with its column. */
export const targetsOf = ({ columns }: Pick<Parts, 'columns'>): MappedColumn[] =>
  Object.entries(columns).flatMap(([column, targets]) =>
    [targets].flat().map((target): MappedColumn => ({ column, target })),
  );

/** What no row could be read with, and what would silently be lost. */
export function findMappingProblems(mapping: Parts): MappingProblem[] {
  const targets = targetsOf(mapping);
  const problems = [...findRepeated(targets), ...findTooMuch(mapping)];
  if (!targets.some(({ target }) => target.to === 'identifier')) problems.push(noIdentifier);
  const isTypeFixed = !targets.some(({ target }) => target.to === 'type');
  return isTypeFixed ? [...problems, ...findTypeProblems(mapping, targets)] : problems;
}

/** Each row is read by all of a mapping. */
const mostConstants = 100;
const mostConstantBytes = 32_768;

function* findTooMuch({ constants }: Parts): Generator<MappingProblem> {
  const count = ['traits', 'properties'].flatMap((name) => Object.keys(constants[name] ?? {})).length;
  const bytes = Buffer.byteLength(JSON.stringify(constants));
  if (count <= mostConstants && bytes <= mostConstantBytes) return;
  const message = `What every row says is at most ${mostConstants} facts of together ${mostConstantBytes} bytes; leave some out.`;
  yield { path: ['constants'], message };
}

/** A mapping that is wider than a row may be; `undefined` when it is not. */
export const findTooManyColumns = ({ columns }: Pick<Parts, 'columns'>, most: number): string | undefined =>
  Object.keys(columns).length > most ? `The mapping has too many columns; map at most ${most}.` : undefined;

/** Columns that are mapped to a type of identifier that the workspace does not have. */
export function findUnknownTypes(mapping: Pick<Parts, 'columns'>, types: IdentifierTypes): MappingProblem[] {
  return targetsOf(mapping)
    .filter(({ target }) => target.to === 'identifier' && !types.has(target.type))
    .map(({ column }) => ({ path: ['columns', column], message: noSuchType(types) }));
}

const noIdentifier: MappingProblem = {
  path: ['columns'],
  message: 'No column is an identifier; map one, such as { "to": "identifier", "type": "user_id" }.',
};

/** Where all rows are of one type: what that type needs, and what it would not take along. */
function findTypeProblems(mapping: Parts, targets: readonly MappedColumn[]): MappingProblem[] {
  const { type, constants } = mapping;
  const lacks = (name: 'event' | 'groupId'): boolean =>
    constants[name] === undefined && !targets.some(({ target }) => target.to === name);
  const found: [boolean, readonly string[], string][] = [
    [
      type === 'track' && lacks('event'),
      ['constants', 'event'],
      'A track has an event; name it here or map a column to it.',
    ],
    [
      type === 'group' && lacks('groupId'),
      ['constants', 'groupId'],
      'A group has an id; name it here or map a column to it.',
    ],
    [
      type === 'track' && saysFacts('trait', mapping, targets),
      [],
      'A track changes no traits; write "property", or take the type "identify".',
    ],
    [
      type === 'identify' && saysFacts('property', mapping, targets),
      [],
      'An identify has traits; write "trait", or take the type "track".',
    ],
  ];
  return found.filter(([isFound]) => isFound).map(([, path, message]) => ({ path, message }));
}

const saysFacts = (
  to: 'trait' | 'property',
  { constants, unmapped }: Parts,
  targets: readonly MappedColumn[],
): boolean =>
  constants[to === 'trait' ? 'traits' : 'properties'] !== undefined ||
  unmapped === to ||
  targets.some(({ target }) => target.to === to);

/** Two columns that say the same: which of them would win is nobody's choice. Identifiers may have several. */
function* findRepeated(targets: readonly MappedColumn[]): Generator<MappingProblem> {
  const seen = new Map<string, string>();
  for (const { column, target } of targets) {
    const slot = slotOf(target, column);
    if (slot === undefined) continue;
    const other = seen.get(slot);
    if (other !== undefined)
      yield { path: ['columns', column], message: `"${other}" is mapped to the same; map one of the two.` };
    seen.set(slot, column);
  }
}

function slotOf(target: Target, column: string): string | undefined {
  if (target.to === 'trait' || target.to === 'property') return `${target.to}\n${target.name ?? column}`;
  if (target.to === 'consent') return `consent\n${target.purpose}`;
  return target.to === 'identifier' || target.to === 'nothing' ? undefined : target.to;
}
