import type { Finding } from './condition-kind';
import { leavesOf } from './compile-rule';
import type { Rule } from './rule.schema';

/** Audiences that refer to each other in a circle or to none that exists. `cycle` starts and ends with the same key. */
export class AudienceOrderError extends Error {
  readonly code = 'audience_order';
  constructor(
    readonly findings: readonly Finding[],
    readonly cycle?: readonly string[],
  ) {
    super(findings.map(({ message, suggestion }) => `${message} ${suggestion}`).join(' '));
  }
}

/**
 * The audiences ordered so that each comes after those its rule refers to, otherwise as given. Throws `AudienceOrderError`,
 * whose findings point at `/<audience key>/rule`, for a cycle or a reference to an unknown audience.
 */
export function orderAudiences<Audience extends { readonly key: string; readonly rule: Rule }>(
  audiences: readonly Audience[],
): Audience[] {
  const byKey = new Map(audiences.map((audience) => [audience.key, audience]));
  const unknown = audiences.flatMap(({ key, rule }) =>
    referencesOf(rule).flatMap((name) => (byKey.has(name) ? [] : missing(key, name))),
  );
  if (unknown.length > 0) throw new AudienceOrderError(unknown);
  const ordered = new Map<string, Audience>();
  const visit = (audience: Audience, above: readonly string[]): void => {
    if (ordered.has(audience.key)) return;
    const turn = above.indexOf(audience.key);
    if (turn !== -1) throw cyclic([...above.slice(turn), audience.key]);
    for (const name of referencesOf(audience.rule)) visit(byKey.get(name) as Audience, [...above, audience.key]);
    ordered.set(audience.key, audience);
  };
  for (const audience of audiences) visit(audience, []);
  return [...ordered.values()];
}

function referencesOf(rule: Rule): string[] {
  return leavesOf(rule).flatMap((condition) => ('audience' in condition ? [condition.audience] : []));
}

function missing(key: string, name: string): Finding {
  return {
    code: 'unknown_audience',
    path: `/${key}/rule`,
    message: `Audience "${key}" refers to "${name}", which does not exist.`,
    suggestion: 'Save that audience first, or correct its key.',
  };
}

function cyclic(cycle: readonly string[]): AudienceOrderError {
  const finding: Finding = {
    code: 'audience_cycle',
    path: `/${cycle[0]}/rule`,
    message: `Audiences refer to each other in a circle: ${cycle.join(' → ')}.`,
    suggestion: 'Remove one of these references.',
  };
  return new AudienceOrderError([finding], cycle);
}
