import { error, warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition, StepOf } from './journey.schema';
import type { LintContext } from './lint-triggers';

/** What an entry per household says that cannot work, or does nothing. */
export function lintHousehold(definition: JourneyDefinition, { hasHouseholds }: LintContext): JourneyFinding[] {
  const { entry, steps } = definition;
  const { per, recipient } = entry;
  const isPerHousehold = per === 'household';
  const hasSend = Object.values(steps).some(({ type }) => type === 'send');
  return [
    ...(recipient !== undefined && !isPerHousehold ? [recipientWithoutHousehold] : []),
    ...(recipient === 'first-reachable' && isPerHousehold && !hasSend ? [recipientNeverChosen] : []),
    ...Object.entries(steps).flatMap(([id, step]) =>
      step.type === 'send' && step.once !== undefined
        ? lintOnce(entry, step.once, `/steps/${id}/once`, hasHouseholds)
        : [],
    ),
  ];
}

function lintOnce(
  { reentry }: JourneyDefinition['entry'],
  once: NonNullable<StepOf<'send'>['once']>,
  path: string,
  hasHouseholds: boolean | undefined,
): JourneyFinding[] {
  const bars = once !== 'household' || reentry?.again !== 'always';
  return [
    ...(bars ? [] : [error('once_never', path, barsNothing, 'Write { "per": "household", "within": "7d" }.')]),
    ...(hasHouseholds === false ? [warning('once_without_households', path, noHouseholds, defineSome)] : []),
  ];
}

const barsNothing = 'People may enter again at any time, so nothing says for how long a household gets one message.';
const noHouseholds = 'There is no household in this workspace, so everybody is sent to.';
const defineSome = 'Put people into households, by calls or by a policy, or remove it.';

const recipientWithoutHousehold = error(
  'recipient_without_household',
  '/entry/recipient',
  'There is a choice of whom to speak to only where a household enters.',
  'Write "per": "household", or remove the recipient.',
);

const recipientNeverChosen = warning(
  'recipient_never_chosen',
  '/entry/recipient',
  'The recipient is chosen at the first send, and the journey sends nothing.',
  'Remove the recipient, or add a "send" step.',
);
