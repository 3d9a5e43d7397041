import type { ContactedCondition, GroupCondition, Rule, TraitCondition } from '../domain/audiences/rule.schema';
import { Comparison, type Numbers, type TextOptions } from './comparison';
import { asJson, made, type Made } from './made';
import type { Scalar } from './vocabulary';

/** A rule as the builder makes it, or as it stands in a file. */
export type RuleLike = Rule | RulePiece;
export type RulePiece = Made<'rule' | 'either', Rule>;

const rule = (piece: unknown): Made<'rule', Rule> => made('rule', asJson<Rule>(piece));

export const all = (...rules: readonly RuleLike[]): Made<'rule', Rule> => rule({ all: rules });
export const any = (...rules: readonly RuleLike[]): Made<'rule', Rule> => rule({ any: rules });
export const not = (one: RuleLike): Made<'rule', Rule> => rule({ not: one });

interface TraitOptions extends TextOptions {
  /** Has been so for that long. */
  readonly for?: string;
}
/** What is asked of a trait. */
export type TraitTests<Value extends Scalar = Scalar> = Comparison<Made<'rule', TraitCondition>, Value, TraitOptions>;
export const traitOf = <Value extends Scalar = Scalar>(trait: string): TraitTests<Value> =>
  new Comparison((told) => made('rule', { trait, ...told }));

/** Any value by its path: `entry.properties.total` in journeys, `computed.score` everywhere. */
export const path = (where: string): Comparison<Made<'rule', Rule>> =>
  new Comparison((told) => rule({ path: where, ...told }));
export const computed = (key: string): Comparison<Made<'rule', Rule>> => path(`computed.${key}`);

/** Is a member now. */
export const inAudience = (key: string): Made<'rule', Rule> => rule({ audience: key });

export const consent = (purpose: string) => ({
  granted: () => rule({ consent: purpose, is: 'granted' }),
  denied: () => rule({ consent: purpose, is: 'denied' }),
  revoked: () => rule({ consent: purpose, is: 'revoked' }),
  unset: () => rule({ consent: purpose, is: 'unset' }),
});

export const identifier = (type: string) => ({
  set: () => rule({ identifier: type, is: 'set' }),
  notSet: () => rule({ identifier: type, is: 'not_set' }),
});

/** The same for some, by chance; with one salt, 10 percent are part of 20. */
export const sample = (percent: number, salt?: string): Made<'rule', Rule> => rule({ sample: { percent, salt } });

/** How often somebody was written to. */
export class ContactedPiece implements Made<'rule', ContactedCondition> {
  readonly kind = 'rule';
  constructor(private readonly fields: ContactedCondition) {}
  toJSON = (): ContactedCondition => this.fields;

  within = (within: string) => new ContactedPiece({ ...this.fields, within });
  count = (): Numbers<ContactedPiece> =>
    new Comparison<ContactedPiece, number, never>((count) => new ContactedPiece({ ...this.fields, count }));
  atLeast = (times: number) => this.count().atLeast(times);
  atMost = (times: number) => this.count().atMost(times);
}
export const contacted = (by: ContactedCondition['contacted'] = {}): ContactedPiece =>
  new ContactedPiece({ contacted: by });

type MemberOptions = Pick<GroupCondition, 'match' | 'role'>;
const groupOf = (group: GroupCondition['group']) => ({
  /** Of what is known of the group itself. */
  traits: (traits: RuleLike) => rule({ group, traits }),
  /** Of each member, the person among them. */
  members: (members: RuleLike, options: MemberOptions = {}) => rule({ group, members, ...options }),
});
export const household = groupOf('household');
export const account = groupOf('account');
