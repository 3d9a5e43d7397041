import type { ComputedTraitDefinition } from '../../domain/audiences/computed/computed-trait.schema';
import type { AudienceDefinition } from '../../domain/audiences/rule.schema';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { omit, type Json, type JsonObject } from '../../domain/json';
import type { DestinationFile } from '../definitions';
import { call, chain, hasOnly, literal, options } from './expression';
import { writeSteps } from './write-flow';
import { writeRule, writeTrigger } from './write-rule';

/** Definitions as code that makes them again. */
export const writeJourney = (definition: JourneyDefinition): string => inFile(journeyExpression(definition));
export const writeAudience = (definition: AudienceDefinition): string => inFile(audienceExpression(definition));
export const writeComputedTrait = (definition: ComputedTraitDefinition): string => inFile(traitExpression(definition));
export const writeDestination = (definition: DestinationFile): string => inFile(destinationExpression(definition));

function inFile(expression: string): string {
  const words = wordsIn(expression);
  return `import { ${words.join(', ')} } from 'heddle/code';\n\nexport const definition = ${expression};\n`;
}

/** Names that are called, or read, and no part of text, methods or keys. */
function wordsIn(expression: string): string[] {
  const bare = expression.replace(/'[^']*'|"(?:[^"\\]|\\.)*"/g, "''");
  const found = [...bare.matchAll(/(?<![.\w$])([a-z]\w*)[(.]/gi)].map(([, word = '']) => word);
  return [...new Set(found)].filter((word) => word !== 'is').sort();
}

function journeyExpression(definition: JourneyDefinition): string {
  const { key, name, entry, description, labels, exits, updates, goals, ...more } = omit(definition, 'start', 'steps');
  return chain(call('journey', literal(key), literal(name)), [
    ...described({ description, labels }),
    ...entryLinks(entry),
    ...each('exits', exits, ['reason'], ({ on, reason }) =>
      call('.exitOn', writeTrigger(on), reason && literal(reason)),
    ),
    ...each('updates', updates, ['resumeAt'], ({ on, ...rest }) => call('.updateOn', writeTrigger(on), options(rest))),
    ...each('goals', goals, ['key', 'within', 'value', 'currency'], ({ key: goal, on, ...rest }) =>
      call('.goal', literal(goal), writeTrigger(on), literal(rest as Json)),
    ),
    ...fieldLinks(more as JsonObject, 'set', ['purpose', 'lifetime', 'zone']),
    ...writeSteps(definition),
  ]);
}

function entryLinks({ on, if: rule, per, recipient, ...more }: JourneyDefinition['entry']): string[] {
  const isHousehold = per === 'household';
  return [
    call('.on', writeTrigger(on)),
    ...(rule === undefined ? [] : [call('.if', writeRule(rule))]),
    ...(isHousehold ? [call('.perHousehold', recipient && literal(recipient))] : []),
    ...fieldLinks(
      { ...(!isHousehold && { ...(per && { per }), ...(recipient && { recipient }) }), ...more } as JsonObject,
      'entering',
      ['key', 'maxEventAge', 'reentry'],
    ),
  ];
}

/** One call for each item; where an item has more than that says, all of them as they stand. */
function each<Item extends object>(
  list: string,
  items: readonly Item[] | undefined,
  known: readonly string[],
  write: (item: Item) => string,
): string[] {
  if (items === undefined) return [];
  const isKnown = items.length > 0 && items.every((item) => hasOnly(item, 'on', ...known));
  return isKnown ? items.map(write) : [call('.set', literal({ [list]: items as unknown as Json }))];
}

/** A call for each field that has one of its name, and one for all the others. */
function fieldLinks(fields: JsonObject, others: string, known: readonly string[]): string[] {
  const [named, rest] = [known.filter((name) => Object.hasOwn(fields, name)), omitAll(fields, known)];
  return [
    ...named.map((name) => call(`.${name}`, literal(fields[name] as Json))),
    ...(Object.keys(rest).length > 0 ? [call(`.${others}`, literal(rest))] : []),
  ];
}

const omitAll = (fields: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

interface Described {
  readonly description?: string | undefined;
  readonly labels?: readonly string[] | undefined;
}
const described = ({ description, labels }: Described): string[] => [
  ...(description === undefined ? [] : [call('.describe', literal(description))]),
  ...(labels === undefined ? [] : [call('.labels', ...labels.map(literal))]),
];

function audienceExpression({ key, name, description, labels, rule, ...more }: AudienceDefinition): string {
  const { kind, public: isPublic, holdout, ...rest } = more;
  const leftover = { ...(kind === 'live' && { kind }), ...(isPublic === false && { public: false }) };
  return chain(call('audience', literal(key), literal(name)), [
    ...described({ description, labels }),
    ...(kind === 'manual' ? ['.manual()'] : []),
    ...(isPublic ? ['.public()'] : []),
    ...(holdout ? [call('.holdout', literal(holdout.percent))] : []),
    ...fieldLinks({ ...leftover, ...rest } as JsonObject, 'set', ['variables']),
    ...(rule === undefined ? [] : [call('.where', writeRule(rule))]),
  ]);
}

const traitExpression = ({ key, name, description, labels, value }: ComputedTraitDefinition): string =>
  chain(call('computedTrait', literal(key), literal(name)), [
    ...described({ description, labels }),
    call('.value', literal(value as Json)),
  ]);

function destinationExpression({ key, name, type, settings, secrets, purpose, enabled }: DestinationFile): string {
  return chain(call('destination', literal(key), literal(name)), [
    call('.type', literal(type), literal(settings)),
    ...(secrets === undefined ? [] : [call('.secrets', literal(secrets as unknown as Json))]),
    ...(purpose === undefined ? [] : [call('.purpose', literal(purpose))]),
    ...(enabled === undefined ? [] : [enabled ? '.on()' : '.off()']),
  ]);
}
