import { z } from 'zod';
import { attachmentUses, farewells } from '../../domain/audiences/attachment';
import { audienceKinds, kindOf } from '../../domain/audiences/manual-audience';
import { AudienceDefinition, type Rule } from '../../domain/audiences/rule.schema';
import type { AudienceVariables } from '../../domain/audiences/variables.schema';
import { servingVersionOf } from '../../store/audiences';
import type { AttachmentDoc, AudienceDoc, MembershipDoc } from '../../store/documents';
import { Instant, presentInstant } from '../instant';

const { name, description, labels, rule, holdout, variables } = AudienceDefinition.shape;

export const NextBody = z.strictObject({
  version: z.int(),
  ...{ name, description, labels, public: z.boolean(), rule, holdout, variables },
  startsJourneys: z.literal(true).optional().meta({ description: 'Whom it moves begins journeys by that' }),
  startedAt: Instant,
  progress: z
    .strictObject({ done: z.int(), total: z.int() })
    .optional()
    .meta({ description: 'Profiles that are evaluated by its rule; absent until that begins' }),
  /** Of those, how many it will move. */
  entering: z.int(),
  leaving: z.int(),
});
export type Next = z.output<typeof NextBody>;
export const AudienceBody = z.strictObject({
  key: z.string(),
  name,
  description,
  labels,
  kind: z.enum(audienceKinds),
  public: z.boolean(),
  /** Absent of a manual audience. */
  rule,
  holdout,
  variables,
  isStarred: z.boolean(),
  version: z.int().meta({ description: 'The version that serves' }),
  size: z.int(),
  /** Of `size`, how many are held out now. */
  heldOut: z.int(),
  status: z.enum(['ready', 'computing']).meta({
    description:
      '`computing` while anything that was saved has yet to be brought to everybody; what serves is exact all the while',
  }),
  next: NextBody.optional().meta({ description: 'What was saved last, while everybody is evaluated by its rule' }),
  createdAt: Instant,
  updatedAt: Instant,
});
export const MemberBody = z.strictObject({
  profileId: z.string(),
  enteredAt: Instant,
  heldOut: z.literal(true).optional(),
});
export const SizeBody = z.strictObject({ at: Instant, size: z.int() });
export const AttachmentBody = z.strictObject({
  audience: z.string(),
  destination: z.string(),
  use: z.enum(attachmentUses),
  purpose: z.string().optional(),
  identifiers: z.array(z.string()),
  onExit: z.enum(farewells),
  onDetach: z.enum(farewells),
  external: z.union([z.strictObject({ id: z.string() }), z.strictObject({ create: z.literal(true) })]).optional(),
  createdAt: Instant,
  updatedAt: Instant,
});

export const ruleOf = ({ ruleJson }: Pick<AudienceDoc, 'ruleJson'>): Rule => JSON.parse(ruleJson) as Rule;

/** By what it will decide once what is being prepared serves. */
export const nextRuleOf = ({ ruleJson, next }: Pick<AudienceDoc, 'ruleJson' | 'next'>): Rule =>
  ruleOf(next ?? { ruleJson });

/** What it is, and by what rule; of a manual audience the rule is our own affair. */
export function presentRule(audience: Pick<AudienceDoc, 'ruleJson'>) {
  const rule = ruleOf(audience);
  const kind = kindOf(rule);
  return { kind, ...(kind === 'live' && { rule }) };
}

export function presentVariables({ variablesJson }: Pick<AudienceDoc, 'variablesJson'>) {
  return variablesJson === undefined ? {} : { variables: JSON.parse(variablesJson) as AudienceVariables };
}

/** What is read of an audience beside what it says. */
export interface AudienceFigures {
  readonly size: number;
  readonly heldOut: number;
  readonly next?: Pick<Next, 'progress' | 'entering' | 'leaving'> | undefined;
}

function presentNext({ next, version }: AudienceDoc, figures: AudienceFigures['next']) {
  if (!next) return {};
  const { name, description, labels, holdout, startsJourneys, startedAt } = next;
  const said = {
    version,
    name,
    description,
    labels,
    public: next.public === true,
    rule: ruleOf(next),
    holdout,
    startsJourneys,
  };
  const { progress, entering = 0, leaving = 0 } = figures ?? {};
  return {
    next: { ...said, ...presentVariables(next), startedAt: presentInstant(startedAt), progress, entering, leaving },
  };
}

export function presentAudience(audience: AudienceDoc, { size, heldOut, next }: AudienceFigures) {
  return {
    key: audience.key,
    name: audience.name,
    description: audience.description,
    labels: audience.labels,
    public: audience.public === true,
    ...presentRule(audience),
    holdout: audience.holdout,
    ...presentVariables(audience),
    isStarred: audience.isStarred === true,
    version: servingVersionOf(audience),
    ...{ size, heldOut },
    status: audience.next ? ('computing' as const) : audience.status,
    ...presentNext(audience, next),
    createdAt: presentInstant(audience.createdAt),
    updatedAt: presentInstant(audience.updatedAt),
  };
}

export function presentMember({
  profile,
  enteredAt,
  heldOutOf,
}: Pick<MembershipDoc, 'profile' | 'enteredAt' | 'heldOutOf'>) {
  const held = heldOutOf !== undefined && { heldOut: true as const };
  return { profileId: profile, enteredAt: presentInstant(enteredAt), ...held };
}

export function presentAttachment(attachment: AttachmentDoc) {
  const { externalId, createExternal } = attachment;
  return {
    audience: attachment.audience,
    destination: attachment.destination,
    use: attachment.use,
    purpose: attachment.purpose,
    identifiers: attachment.identifiers,
    onExit: attachment.onExit,
    onDetach: attachment.onDetach,
    ...(externalId !== undefined && { external: { id: externalId } }),
    ...(externalId === undefined && createExternal && { external: { create: true as const } }),
    createdAt: presentInstant(attachment.createdAt),
    updatedAt: presentInstant(attachment.updatedAt),
  };
}
