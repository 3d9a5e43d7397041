import { z } from 'zod';
import { TraitRules } from '../profiles/trait-rules.schema';
import { mostBlocked, mostStars } from './blocked-identifiers';
import { TypeName, TypePolicies, mostOwnTypes } from './identifier-types.schema';
import { identifierTypeNames } from './identifier-types';
import { longestIdentifier } from './normalise';
import { mostPeople } from './quarantine';
import { noSuchType, typesOf } from './workspace-types';

const mostTypes = identifierTypeNames.length + mostOwnTypes;
const Types = z
  .array(TypeName)
  .max(mostTypes)
  .refine((types) => new Set(types).size === types.length, 'A type is named twice; name each once.');

/** Days of the windows in which identifiers of a type are counted. */
export const windowDays = { ever: Infinity, year: 365, month: 30, week: 7 } as const;

const Limit = z.strictObject({
  /** Identifiers of the type that one profile gains in the window. */
  most: z.int().min(1).max(500),
  per: z.enum(Object.keys(windowDays) as [keyof typeof windowDays, ...(keyof typeof windowDays)[]]).default('ever'),
});

/** How a workspace tells people apart. What is left out is as usual: `{}` is the usual policy. */
const Policy = z.strictObject({
  /** How identifiers of a type are compared, and types of the workspace's own. */
  types: TypePolicies.optional(),
  /** Strongest first: of identifiers that disagree, the weaker is dropped. Types left out follow, in the usual order. */
  priority: Types.optional(),
  /** Types of which one person has one value, beside `user_id`. */
  unique: Types.optional(),
  limits: z
    .record(TypeName, Limit)
    .refine((limits) => !Object.hasOwn(limits, 'user_id'), {
      path: ['user_id'],
      error: 'A person has one user id; leave its limit out.',
    })
    .optional(),
  /** Whose a browser or device is that comes with a second person: `apart`, nobody's from then on; `owner`, whose it was first. */
  sharedDevices: z.enum(['apart', 'owner']).optional(),
  /** How many people an identifier may come with before it names nobody, its owner aside; `false` for any number. */
  quarantine: z
    .union(
      [z.literal(false), z.strictObject({ most: z.int().min(mostPeople.least).max(mostPeople.greatest) })],
      `Write { "most": n } with ${mostPeople.least} to ${mostPeople.greatest} people, or false.`,
    )
    .optional(),
  /** Identifiers that name nobody, beside the placeholders that never do: left out of every event from now on. */
  blocked: z
    .array(
      z.strictObject({
        type: TypeName.optional(),
        value: z
          .string()
          .min(1)
          .max(longestIdentifier)
          .refine((value) => /[^*\s]/.test(value), 'A pattern of stars alone names everybody; write some of the value.')
          .refine((value) => value.split('*').length - 1 <= mostStars, `A pattern has at most ${mostStars} stars.`)
          .meta({ description: 'As it is, whatever its case; `*` stands for any text' }),
      }),
    )
    .max(mostBlocked)
    .optional(),
  /** Which statements traits keep, where it is not the newest. */
  traits: TraitRules.optional(),
});

export const IdentityPolicy = Policy.superRefine((policy, context) => {
  const types = typesOf(policy.types);
  for (const { type, path } of typesNamed(policy))
    if (!types.has(type)) context.addIssue({ code: 'custom', path, message: noSuchType(types) });
});
export type IdentityPolicy = z.output<typeof IdentityPolicy>;

/** The types that the parts of a policy name, and where. */
function typesNamed({ priority = [], unique = [], limits = {}, blocked = [] }: z.output<typeof Policy>) {
  return [
    ...priority.map((type, index) => ({ type, path: ['priority', index] })),
    ...unique.map((type, index) => ({ type, path: ['unique', index] })),
    ...Object.keys(limits).map((type) => ({ type, path: ['limits', type] })),
    ...blocked.flatMap(({ type }, index) => (type === undefined ? [] : [{ type, path: ['blocked', index, 'type'] }])),
  ];
}
