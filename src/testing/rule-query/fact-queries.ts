import type { ListCondition } from '../../domain/audiences/manual-audience';
import type { AudienceCondition, ConsentCondition, IdentifierCondition } from '../../domain/audiences/rule.schema';
import { anyOf, compare, fieldOf, isOfType, isPresent, literal, not, using, when } from './expression';
import type { QueryKind } from './query-kind';

export const audienceQuery: QueryKind<AudienceCondition> = ({ audience }) =>
  isPresent(fieldOf('$memberships', audience));

export const consentQuery: QueryKind<ConsentCondition> = ({ consent: purpose, is }, { fresh }) =>
  using(fresh, fieldOf('$consent', purpose), (recorded) => {
    const status = when(isOfType(recorded, 'object'), fieldOf(recorded, 'status'), literal('unset'));
    return { $in: [status, literal(is === 'denied' ? ['denied', 'revoked'] : [is])] };
  });

export const identifierQuery: QueryKind<IdentifierCondition> = ({ identifier: type, is }, { fresh }) => {
  const has = anyOf(fresh, '$identifiers', (one) => compare('$eq', fieldOf(one, 'type'), literal(type)));
  return is === 'set' ? has : not(has);
};

export const listQuery: QueryKind<ListCondition> = ({ list }, { fresh }) =>
  using(fresh, fieldOf({ $ifNull: ['$lists', literal({})] }, list), (said) =>
    when(isOfType(said, 'object'), compare('$eq', fieldOf(said, 'isOn'), true), false),
  );
