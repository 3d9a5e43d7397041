import type { Operator } from '../../domain/audiences/operators';
import type {
  Condition,
  Conditions,
  EventCondition,
  Rule,
  SequenceCondition,
} from '../../domain/audiences/rule.schema';
import type { EntryTrigger, EventTrigger, Trigger } from '../../domain/journeys/journey.schema';
import type { Json } from '../../domain/json';
import { call, chain, hasOnly, literal, options } from './expression';

type Written = string | undefined;
type Kind = Exclude<keyof Conditions, 'list' | 'computed' | 'due'>;

/** As the builder says it, or, of what it has no word for, as it stands: the builder takes both. */
export const writeRule = (rule: Rule): string => wordsFor(rule) ?? literal(rule as Json);

function wordsFor(rule: Rule): Written {
  if (Object.keys(rule).length === 1) {
    if ('all' in rule) return call('all', ...rule.all.map(writeRule));
    if ('any' in rule) return call('any', ...rule.any.map(writeRule));
    if ('not' in rule) return call('not', writeRule(rule.not));
  }
  const kind = (Object.keys(kinds) as Kind[]).find((name) => Object.hasOwn(rule, name));
  return kind && writeCondition(kind, rule as Condition);
}

const writeCondition = <Name extends Kind>(kind: Name, condition: Condition): Written =>
  kinds[kind](condition as Conditions[Name]);

/** Nothing where the builder has no word for what is there. */
const kinds: { readonly [Name in Kind]: (condition: Conditions[Name]) => Written } = {
  trait: ({ trait, ...told }) => compared(call('trait', literal(trait)), told, ['ignoreCase', 'for']),
  path: ({ path, ...told }) => compared(call('path', literal(path)), told, ['ignoreCase']),
  event: writeEvent,
  sequence: writeSequence,
  audience: (condition) =>
    hasOnly(condition, 'audience') ? call('inAudience', literal(condition.audience)) : undefined,
  consent: ({ consent, is, ...more }) => (hasOnly(more) ? `${call('consent', literal(consent))}.${is}()` : undefined),
  identifier: ({ identifier, is, ...more }) =>
    hasOnly(more) ? `${call('identifier', literal(identifier))}.${camel(is)}()` : undefined,
  contacted: ({ contacted, count, within, ...more }) => {
    const links = [...(count ? [aggregate('count', count)] : []), ...ofText({ within })];
    return hasOnly(more) && isWhole(links) ? chain(call('contacted', options(contacted)), links) : undefined;
  },
  group: ({ group, traits, members, ...more }) => {
    if (traits && !members && hasOnly(more)) return call(`${group}.traits`, writeRule(traits));
    if (!members || traits || !hasOnly(more, 'match', 'role')) return undefined;
    return call(`${group}.members`, writeRule(members), options(more));
  },
  sample: ({ sample, ...more }) =>
    hasOnly(more) && hasOnly(sample, 'percent', 'salt')
      ? call('sample', literal(sample.percent), sample.salt === undefined ? undefined : literal(sample.salt))
      : undefined,
};

const camel = (operator: string): string => operator.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

interface Told {
  readonly is: Operator;
  readonly value?: unknown;
}
const needsNothing: readonly string[] = ['set', 'not_set'];

/** `head.equals(value, options)`. */
function compared(head: string, { is, value, ...rest }: Told, known: readonly string[]): Written {
  if (!hasOnly(rest, ...known) || needsNothing.includes(is) !== (value === undefined)) return undefined;
  return call(`${head}.${camel(is)}`, value === undefined ? undefined : literal(value as Json), options(rest));
}

const isWhole = (links: readonly Written[]): links is readonly string[] => links.every((link) => link !== undefined);
const ofText = (fields: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [call(`.${name}`, literal(value))]));

const aggregates = ['count', 'sum', 'min', 'max', 'average', 'first', 'last'] as const;
const shorthands: readonly string[] = ['at_least', 'at_most'];

function aggregate(name: string, { property, ...told }: Told & { readonly property?: string }): Written {
  const isTimes = name === 'count' && shorthands.includes(told.is);
  const head = isTimes ? '' : call(`.${name}`, property === undefined ? undefined : literal(property));
  return compared(head, told, []);
}

function wheres(where: NonNullable<EventCondition['where']> = []): Written[] {
  return where.map(({ property, ...told }) => {
    const test = compared('is', told, ['ignoreCase']);
    return test && call('.where', literal(property), `(is) => ${test}`);
  });
}

function eventChain(event: string, links: readonly Written[]): Written {
  return isWhole(links) ? chain(call('event', literal(event)), links) : undefined;
}

function writeEvent({ event, where, within, since, per, without, ...rest }: EventCondition): Written {
  if (!hasOnly(rest, ...aggregates) || where?.length === 0) return undefined;
  const asked = aggregates.flatMap((name) => (rest[name] ? [aggregate(name, rest[name])] : []));
  const away = without && writeEvent(without);
  return eventChain(event, [
    ...wheres(where),
    ...ofText({ per }),
    ...asked,
    ...ofText({ within, since }),
    ...(without ? [away && call('.without', away)] : []),
  ]);
}

function writeSequence({ sequence, settled, ...rest }: SequenceCondition): Written {
  if (settled === false || !hasOnly(rest, 'same', 'within', 'startedWithin')) return undefined;
  const parts = sequence.map(({ absent, ...step }) => {
    const event = hasOnly(step, 'event', 'where') ? writeEvent(step) : undefined;
    if (absent === false) return undefined;
    return absent ? event && call('absent', event) : event;
  });
  if (!isWhole(parts)) return undefined;
  const { same, within, startedWithin } = rest;
  return chain(call('sequence', ...parts), [
    ...ofText({ same, within, startedWithin }),
    ...(settled ? ['.settled()'] : []),
  ]);
}

export const writeTrigger = (trigger: Trigger | EntryTrigger): string =>
  triggerWords(trigger) ?? literal(trigger as Json);

function triggerWords(trigger: Trigger | EntryTrigger): Written {
  if ('event' in trigger) return writeEventTrigger(trigger);
  if ('edge' in trigger && hasOnly(trigger, 'audience', 'edge')) return call(trigger.edge, literal(trigger.audience));
  if ('signal' in trigger && hasOnly(trigger, 'signal')) return call('signal', literal(trigger.signal));
  return entryWords(trigger);
}

function entryWords(trigger: Trigger | EntryTrigger): Written {
  if ('schedule' in trigger && hasOnly(trigger, 'schedule', 'zone', 'audience', 'perSecond')) {
    const { schedule, ...of } = trigger;
    return call('schedule', literal(schedule), literal(of as Json));
  }
  if ('date' in trigger && hasOnly(trigger, 'date', 'offset'))
    return call('date', literal(trigger.date), trigger.offset === undefined ? undefined : literal(trigger.offset));
  return 'api' in trigger && hasOnly(trigger, 'api') ? 'asked()' : undefined;
}

function writeEventTrigger({ match, ...event }: EventTrigger): Written {
  const code = hasOnly(event, 'event', 'where') ? writeEvent(event) : undefined;
  return match === undefined ? code : code && `${code}${call('.match', literal(match))}`;
}
