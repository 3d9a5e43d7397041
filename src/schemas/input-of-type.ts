import { z } from 'zod';
import { DestinationInput } from '../destinations/destination-input.schema';
import { destinationTypes, findDestination } from '../destinations/registry';
import { DefinitionKey } from '../domain/definition-fields.schema';
import { SourceInput } from '../sources/source-input.schema';
import { findSourceKind, sourceTypes } from '../sources/registry';

interface Kind {
  readonly settings: z.ZodType;
  readonly secrets: z.ZodType;
}

/** In a file a secret is the name of the variable that holds it. */
const FromEnvironment = z.strictObject({ fromEnv: z.string().min(1) });

function secretsOf(secrets: z.ZodType): z.ZodType {
  if (!(secrets instanceof z.ZodObject)) return z.record(z.string(), z.union([FromEnvironment, z.string()]));
  const fields = Object.entries(secrets.shape as Readonly<Record<string, z.ZodType>>).map(([name, field]) => {
    const either = z.union([FromEnvironment, field]);
    return [name, takesNothing(field) ? either.optional() : either] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

const takesNothing = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;

const partsOf = ({ settings, secrets }: Kind) => ({
  key: DefinitionKey,
  settings: settings.safeParse({}).success ? settings.optional() : settings,
  secrets: secretsOf(secrets).optional(),
});

const kindOf = (type: string, found: Kind | undefined): Kind => {
  if (found) return found;
  throw new Error(`No registry has the type ${type} that it lists.`);
};

/** A destination of each type, as a file has it. */
export const destinationsByType = destinationTypes.map((type) =>
  DestinationInput.extend({ type: z.literal(type), ...partsOf(kindOf(type, findDestination(type))) }),
);

/** A source of each type; one that names none is of the API. */
export const sourcesByType = sourceTypes.map((type) => {
  const literal = z.literal(type);
  const parts = partsOf(kindOf(type, findSourceKind(type)));
  return SourceInput.extend({ type: type === 'api' ? literal.default(type) : literal, ...parts });
});
