import { error, warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition } from './journey.schema';

/** What an entry per household says that cannot work, or does nothing. */
export function lintHousehold({ entry, steps }: JourneyDefinition): JourneyFinding[] {
  const { per, recipient } = entry;
  const isPerHousehold = per === 'household';
  const hasSend = Object.values(steps).some(({ type }) => type === 'send');
  return [
    ...(recipient !== undefined && !isPerHousehold ? [recipientWithoutHousehold] : []),
    ...(recipient === 'first-reachable' && isPerHousehold && !hasSend ? [recipientNeverChosen] : []),
  ];
}

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
