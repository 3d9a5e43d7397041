import type { Rule } from './rule.schema';

/** Is on a list that is kept by hand. */
export interface ListCondition {
  readonly list: string;
}

export const audienceKinds = ['live', 'manual'] as const;
export type AudienceKind = (typeof audienceKinds)[number];

/**
 * The rule that a manual audience is stored with. Its list is named by the version that the audience began with: whoever makes one anew
 * under a key begins with an empty one.
 */
export const manualRule = (key: string, firstVersion: number): Rule =>
  ({ list: `${key}@${firstVersion}` }) satisfies ListCondition as unknown as Rule;

/** The list of a manual audience; `undefined` of a live one. */
export const listOf = (rule: Rule): string | undefined => (rule as Partial<ListCondition>).list;

/** The audience that a list is, or was, of. */
export const audienceOf = (list: string): string => list.slice(0, list.lastIndexOf('@'));

export const kindOf = (rule: Rule): AudienceKind => (listOf(rule) === undefined ? 'live' : 'manual');
