import { z } from 'zod';
import { DefinitionKey, Duration, EventName, Name, Path } from '../definition-fields.schema';
import { isJsonObject } from '../json';
import { groupLimits, groupTypes } from '../groups/group';
import { consentStatuses } from '../profiles/profile';
import { Channel } from '../consent/suppression.schema';
import { Holdout } from './holdout.schema';
import { checkRule } from './check-rule';
import type { ComputedCondition } from './computed/measure';
import type { DueCondition } from './due';
import { audienceKinds, type ListCondition } from './manual-audience';
import { excessOf, ruleLimits } from './rule-size';
import { dateOperators, numberOperators } from './operators';
import { AudienceVariables } from './variables.schema';
import { comparison, Value, Where } from './where.schema';

export type { Value, Where } from './where.schema';

export const TraitCondition = z.strictObject({ trait: Path, ...comparison, for: Duration.optional() });
export const PathCondition = z.strictObject({ path: Path, ...comparison });

const NumberTest = z.strictObject({ is: z.enum(numberOperators), value: Value });
const PropertyTest = z.strictObject({ property: Path, is: z.enum(numberOperators), value: Value });
const DateTest = z.strictObject({ is: z.enum(dateOperators), value: Value });

/** At most one of count, sum, min, max, average, first and last; none means "at least once". */
export const EventCondition = z.strictObject({
  event: EventName,
  where: z.array(Where).min(1).max(20).optional(),
  count: NumberTest.optional(),
  sum: PropertyTest.optional(),
  min: PropertyTest.optional(),
  max: PropertyTest.optional(),
  average: PropertyTest.optional(),
  first: DateTest.optional(),
  last: DateTest.optional(),
  within: Duration.optional(),
  /** In a branch of a journey, in the place of `within`: since the run began, or since it last came to a step. */
  since: z
    .string()
    .regex(/^(entry|step:[A-Za-z0-9][A-Za-z0-9_-]{0,63})$/, { error: 'Write "entry" or "step:<id>".' })
    .optional(),
  /** Worked out for each value of this property by itself; one that qualifies is enough. */
  per: Path.optional(),
  /** With `per`: a value does not qualify that such an event has. */
  without: z
    .strictObject({
      event: EventName,
      where: z.array(Where).min(1).max(20).optional(),
      per: Path,
      within: Duration.optional(),
    })
    .optional(),
});
export const sequenceLimits = { steps: 10 } as const;
export const SequenceCondition = z.strictObject({
  sequence: z
    .array(
      z.strictObject({
        event: EventName,
        where: z.array(Where).min(1).max(20).optional(),
        /** That none happened, from the step before it to the one after it, or to the end. */
        absent: z.boolean().optional(),
      }),
    )
    .min(2)
    .max(sequenceLimits.steps),
  /** A path such as `properties.cart_id`: the events of a chain have one value there. */
  same: Path.optional(),
  /** From the first event to the last. */
  within: Duration.optional(),
  /** How recent the first is. */
  startedWithin: Duration.optional(),
  /** Only when `within` is over, so that what is absent can come no more. */
  settled: z.boolean().optional(),
});
export const AudienceCondition = z.strictObject({ audience: Name });
export const ConsentCondition = z.strictObject({ consent: Name, is: z.enum([...consentStatuses, 'unset']) });
export const IdentifierCondition = z.strictObject({ identifier: Name, is: z.enum(['set', 'not_set']) });

/** How many messages of journeys may have reached somebody: all, of one channel, of one journey. */
export const ContactedCondition = z.strictObject({
  contacted: z.strictObject({ channel: Channel.optional(), journey: DefinitionKey.optional() }),
  count: NumberTest.optional(),
  within: Duration.optional(),
});

export const SampleCondition = z.strictObject({
  sample: z.strictObject({ percent: z.number().min(0).max(100), salt: z.string().max(100).optional() }),
});

export const groupMatches = ['any', 'all', 'none'] as const;
/** One of `traits`, a rule on those of the group, and `members`, a rule on each of its members, the person among them. */
export const GroupCondition = z.strictObject({
  group: z.enum(groupTypes),
  get traits() {
    return RuleNode.optional();
  },
  get members() {
    return RuleNode.optional();
  },
  match: z.enum(groupMatches).optional(),
  /** Counts members of this role only. */
  role: z.string().min(1).max(groupLimits.roleLength).optional(),
});

const All = z.strictObject({
  get all() {
    return z.array(RuleNode).min(1).max(ruleLimits.children);
  },
});
const Any = z.strictObject({
  get any() {
    return z.array(RuleNode).min(1).max(ruleLimits.children);
  },
});
const Not = z.strictObject({
  get not() {
    return RuleNode;
  },
});

/** Every kind of condition; a condition is of the kind whose name is one of its keys. */
const conditions = {
  trait: TraitCondition,
  path: PathCondition,
  event: EventCondition,
  sequence: SequenceCondition,
  audience: AudienceCondition,
  consent: ConsentCondition,
  contacted: ContactedCondition,
  identifier: IdentifierCondition,
  group: GroupCondition,
  sample: SampleCondition,
} as const;
export type Conditions = { readonly [Kind in keyof typeof conditions]: z.infer<(typeof conditions)[Kind]> } & {
  readonly group: GroupCondition;
  /** Of manual audiences alone, as they are stored. */
  readonly list: ListCondition;
  /** What a path to something computed means, once it is known what that is. */
  readonly computed: ComputedCondition;
  /** Of entries by date alone. */
  readonly due: DueCondition;
};
export type Condition = Conditions[keyof Conditions];

const kinds = ['all', 'any', 'not', ...Object.keys(conditions)];
const options = [All, Any, Not, ...Object.values(conditions)] as const;

const RuleNode = z.union(options, { error: `A rule has exactly one of: ${kinds.join(', ')}.` });

/** A rule: a tree of `all`, `any` and `not` over conditions. Bounded in depth and size before it is read. */
export const Rule = z
  .unknown()
  .superRefine((value, context) => {
    const excess = excessOf(value);
    if (excess) return context.addIssue({ code: 'custom', message: excess });
    for (const { path, message } of RuleNode.safeParse(value).error?.issues.flatMap((issue) => meant(issue, value)) ??
      []) {
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .pipe(RuleNode);

type Fault = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** The faults of the kind of condition that was meant, at their places, where a union lists those of every kind. */
function meant(issue: z.core.$ZodIssue, root: unknown): Fault[] {
  const isRule = issue.code === 'invalid_union' && issue.errors.length === options.length;
  if (!isRule) return [issue];
  const node = issue.path.reduce<unknown>((found, key) => (found as Record<PropertyKey, unknown>)[key], root);
  const present = kinds.filter((kind) => isJsonObject(node) && Object.hasOwn(node, kind));
  const [kind] = present;
  if (kind === undefined || present.length > 1) return [issue];
  const faults = issue.errors[kinds.indexOf(kind)] ?? [];
  return faults.flatMap((fault) => meant({ ...fault, path: [...issue.path, ...fault.path] }, root));
}

export type Rule = z.infer<typeof RuleNode>;
export type TraitCondition = z.infer<typeof TraitCondition>;
export type PathCondition = z.infer<typeof PathCondition>;
export type EventCondition = z.infer<typeof EventCondition>;
export type SequenceCondition = z.infer<typeof SequenceCondition>;
export type AudienceCondition = z.infer<typeof AudienceCondition>;
export type ConsentCondition = z.infer<typeof ConsentCondition>;
export type ContactedCondition = z.infer<typeof ContactedCondition>;
export type IdentifierCondition = z.infer<typeof IdentifierCondition>;
export type GroupCondition = z.infer<typeof GroupCondition> & {
  /** What is counted of members for it, where that is put otherwise than `members`; nobody can write it. See `withCounted`. */
  readonly counted?: Rule;
};
export type SampleCondition = z.infer<typeof SampleCondition>;

/** An audience as users write it. Its rule is also checked for types, so that a stored audience can always be evaluated. */
export const AudienceDefinition = z.strictObject({
  key: DefinitionKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  labels: z.array(z.string().min(1).max(100)).max(50).optional(),
  kind: z.enum(audienceKinds).optional(),
  /** Whether pages may ask, with a public key, if a visitor is in it; not, unless it says so. */
  public: z.boolean().optional(),
  holdout: Holdout.optional(),
  variables: AudienceVariables.optional(),
  rule: Rule.superRefine((rule, context) => {
    for (const { path, message, suggestion } of checkRule(rule, { hasPaths: false })) {
      context.addIssue({ code: 'custom', path: path.split('/').slice(1), message: `${message} ${suggestion}` });
    }
  }).optional(),
});
export type AudienceDefinition = z.infer<typeof AudienceDefinition>;
