import { propertyTold } from '../../domain/audiences/computed/computed-value.schema';
import { isFrom } from '../../domain/audiences/variables';
import type { Variable } from '../../domain/audiences/variables.schema';
import { own, type Json, type JsonObject } from '../../domain/json';
import { partsOf } from '../../domain/path';
import { maskUnder } from '../personal-data';

/** Values as whoever may not see personal data sees them: like the property or trait they come from. Counts and scores are not personal. */
export function maskTold(values: JsonObject, told: Readonly<Record<string, Variable>>): JsonObject {
  const mask = (name: string, found: Json): Json => {
    const variable = own(told, name);
    const path = variable && (isFrom(variable) ? variable.from : propertyTold(variable));
    return path === undefined
      ? found
      : maskUnder(
          partsOf(path).filter((part) => typeof part === 'string'),
          found,
        );
  };
  return Object.fromEntries(Object.entries(values).map(([name, found]) => [name, mask(name, found)]));
}
