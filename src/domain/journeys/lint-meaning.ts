import { alwaysHolds, neverHolds } from '../audiences/reasoning/can-hold';
import { canPass } from '../audiences/reasoning/subjects';
import type { Rule } from '../audiences/rule.schema';
import { error, warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition, StepOf } from './journey.schema';
import { placedTriggers, type PlacedTrigger } from './placed-parts';

/** What rules mean can be said with these. */
export interface MeaningContext {
  /** Epoch milliseconds: dates are compared with it. */
  readonly now: number;
  /** What audiences ask for. */
  readonly ruleOf?: (audience: string) => Rule | undefined;
}

/** What can never happen, and what always does: by what rules ask for, not by how they are written. */
export function lintMeaning(definition: JourneyDefinition, context: MeaningContext): JourneyFinding[] {
  return [
    ...lintEntryRule(definition, context),
    ...placedTriggers(definition).flatMap((placed) => lintWaited(placed, context)),
    ...Object.entries(definition.steps).flatMap(([id, step]) =>
      step.type === 'branch' ? lintCases(step, `/steps/${id}`, context) : [],
    ),
  ];
}

function lintWaited({ on, path, of }: PlacedTrigger, { now, ruleOf }: MeaningContext): JourneyFinding[] {
  const code = `${of}_never`;
  if ('when' in on)
    return neverHolds(on.when, now, ruleOf)
      ? [error(code, `${path}/when`, 'Nobody can ever match this.', contradicting)]
      : [];
  if (!('event' in on) || !on.where || canPass(on.where, now)) return [];
  return [error(code, `${path}/where`, 'No event can pass all of these tests.', contradicting)];
}

const contradicting = 'Remove one of the conditions that exclude each other.';

function lintEntryRule({ entry }: JourneyDefinition, { now, ruleOf }: MeaningContext): JourneyFinding[] {
  if (!entry.if) return [];
  if (neverHolds(entry.if, now, ruleOf))
    return [error('entry_never', '/entry/if', 'Nobody can ever match this, so nobody enters.', contradicting)];
  if (!alwaysHolds(entry.if, now, ruleOf)) return [];
  return [warning('rule_always', '/entry/if', 'Everybody matches this.', 'Remove it, or ask for something.')];
}

/** A case is asked of those whom no earlier one took. */
function lintCases(
  { cases, else: otherwise }: StepOf<'branch'>,
  path: string,
  { now, ruleOf }: MeaningContext,
): JourneyFinding[] {
  const findings: JourneyFinding[] = [];
  const earlier: Rule[] = [];
  for (const [index, { if: rule }] of cases.entries()) {
    const at = `${path}/cases/${index}/if`;
    const left: Rule = { all: [...earlier.map((one): Rule => ({ not: one })), rule] };
    if (neverHolds(rule, now, ruleOf))
      findings.push(error('case_never', at, 'Nobody can ever match this case.', contradicting));
    else if (alwaysHolds(rule, now, ruleOf)) findings.push(always(at, index < cases.length - 1));
    else if (earlier.length > 0 && neverHolds(left, now, ruleOf))
      findings.push(error('case_shadowed', at, 'Whoever matches this is taken by an earlier case.', shadowed));
    earlier.push(rule);
  }
  const hasNoAlways = !findings.some(({ code }) => code === 'case_always');
  if (hasNoAlways && earlier.length > 1 && alwaysHolds({ any: earlier }, now, ruleOf))
    findings.push(
      warning('else_never', `${path}/else`, `Every run is taken by a case, and none goes to "${otherwise}".`, covered),
    );
  return findings;
}

const shadowed = 'Put it before the case that takes them, or remove it.';
const covered = 'Leave the last case out, and let "else" lead where it does.';

/** The last case may say "everybody else" in its own way; what follows another is dead. */
function always(path: string, hasMore: boolean): JourneyFinding {
  const message = 'Everybody matches this case, so nobody comes further.';
  const say = hasMore ? error : warning;
  return say('case_always', path, message, 'Ask for something, or let "else" lead where it does.');
}
