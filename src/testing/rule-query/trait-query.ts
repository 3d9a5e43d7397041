import { parseDuration } from '../../domain/duration';
import { partsOf } from '../../domain/path';
import type { TraitCondition } from '../../domain/audiences/rule.schema';
import { compareQuery } from './comparison';
import { always, and, compare, fieldOf, isNumber, isOfType, not, someAt, using, when } from './expression';
import type { QueryKind } from './query-kind';

export const traitQuery: QueryKind<TraitCondition> = (condition, asking) => {
  const comparison = compareQuery(condition, asking);
  if (!comparison) return undefined;
  const { isNegated, isMoving, holds } = comparison;
  const { fresh, now } = asking;
  const [key, ...parts] = partsOf(condition.trait);
  const heldFor = condition.for === undefined ? 0 : parseDuration(condition.for);
  return using(fresh, fieldOf('$traits', key), (held) =>
    when(
      isOfType(held, 'object'),
      using(fresh, fieldOf(held, 'expiresAt'), (expiresAt) => {
        const hasExpired = and(isNumber(expiresAt), compare('$lte', expiresAt, now));
        const value = when(hasExpired, null, fieldOf(held, 'value'));
        const found = someAt(fresh, value, parts, holds);
        const matches = isNegated && !isMoving ? not(found) : found;
        if (heldFor === 0) return matches;
        const since = when(hasExpired, expiresAt, fieldOf(held, 'since'));
        return and(matches, compare('$lte', { $add: [since, heldFor] }, now));
      }),
      always(isNegated),
    ),
  );
};
