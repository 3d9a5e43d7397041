import { traitTypes, type IdentifierType } from '../identity/identifier-types';
import { RowMapping, type Target } from './row-mapping.schema';

/** Names that files give to identifiers, the likeliest first, in lower case with `_` for everything between words. */
const identifierColumns: Readonly<Record<IdentifierType, readonly string[]>> = {
  user_id: ['user_id', 'userid', 'customer_id', 'customerid', 'member_id', 'contact_id', 'external_id', 'uid', 'id'],
  email: ['email', 'e_mail', 'email_address', 'mail'],
  phone: ['phone', 'phone_number', 'mobile', 'mobile_number', 'telephone'],
  app_user_id: ['app_user_id'],
  device_id: ['device_id'],
  anonymous_id: ['anonymous_id', 'anonymousid', 'visitor_id'],
};
const eventColumns = ['event', 'event_name'];

type Guess = readonly [names: readonly string[], target: Target];
const identifierGuesses = (Object.entries(identifierColumns) as [IdentifierType, readonly string[]][]).map(
  ([type, names]): Guess => [names, { to: 'identifier', type }],
);
const eventGuesses: readonly Guess[] = [
  [eventColumns, { to: 'event' }],
  [['timestamp', 'occurred_at', 'event_time', 'time'], { to: 'occurredAt' }],
  [['message_id', 'messageid'], { to: 'messageId' }],
];

const folded = (column: string): string =>
  column
    .trim()
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_');

/**
 * A mapping to begin with, guessed from the names of the columns: identifiers, the event with its time and id where there is one, and
 * traits (of events, properties) of the same names. `undefined` where no name looks like an identifier.
 */
export function suggestMapping(columns: readonly string[]): RowMapping | undefined {
  const isTrack = columns.some((column) => eventColumns.includes(folded(column)));
  const rest: Target = { to: isTrack ? 'property' : 'trait' };
  const guesses = isTrack ? [...identifierGuesses, ...eventGuesses] : identifierGuesses;
  const targets = new Map<string, Target | Target[]>();
  for (const [names, target] of guesses) {
    const column = firstOf(columns, names);
    if (column !== undefined) targets.set(column, isTrack ? target : withTrait(target));
  }
  const read = RowMapping.safeParse({
    type: isTrack ? 'track' : 'identify',
    columns: Object.fromEntries(columns.map((column) => [column, targets.get(column) ?? rest])),
  });
  return read.success ? read.data : undefined;
}

function firstOf(columns: readonly string[], names: readonly string[]): string | undefined {
  const found = names.find((name) => columns.some((column) => folded(column) === name));
  return columns.find((column) => folded(column) === found);
}

/** People state their e-mail and phone as traits too. */
const withTrait = (target: Target): Target | Target[] =>
  target.to === 'identifier' && traitTypes.some((type) => type === target.type)
    ? [target, { to: 'trait', name: target.type }]
    : target;
