import { z } from 'zod';
import { letterStages, letterStates, type DeadLetterDoc, type LetterCount } from '../../store/dead-letters';
import { Instant, presentInstant } from '../instant';
import { maskText } from '../personal-data';

/** Too large or too deep to keep, in a vocabulary that had no word for it, or not kept at all. */
const hindrances = ['too_large', 'too_deep', 'not_translated', 'not_kept'] as const;
type Hindrance = (typeof hindrances)[number];

export const DeadLetterBody = z.strictObject({
  id: z.string(),
  stage: z.enum(letterStages),
  state: z.enum(letterStates),
  at: Instant,
  code: z.string(),
  path: z.string().optional(),
  message: z.string().optional(),
  messageId: z.string().optional(),
  kind: z.string().optional(),
  event: z.string().optional(),
  source: z.string().optional(),
  /** Why it cannot be replayed: the event was not kept whole. */
  notReplayable: z.enum(hindrances).optional(),
  replayedAt: Instant.optional(),
  /** What the rules of that time said when it was last replayed in vain. */
  refusedAgain: z.strictObject({ at: Instant, code: z.string() }).optional(),
  discarded: z.strictObject({ at: Instant, by: z.string(), reason: z.string() }).optional(),
  /** Only with the scope profiles:pii. */
  payload: z.string().optional(),
});

export const LetterCountBody = z.strictObject({
  stage: z.enum(letterStages),
  code: z.string(),
  source: z.string().optional(),
  count: z.int(),
  lastAt: Instant,
});

export function presentLetter(letter: DeadLetterDoc, seesPeople: boolean) {
  const { id, stage, state, at, code, kind, event, source, payload } = letter;
  const { path, message, messageId } = seesPeople ? letter : withoutPeople(letter);
  const { replayedAt, refusedAgain, discarded } = letter;
  return {
    ...{ id, stage, state, at: presentInstant(at), code, path, message, messageId, kind, event, source },
    notReplayable: state === 'open' ? hindrance(letter) : undefined,
    ...(replayedAt !== undefined && { replayedAt: presentInstant(replayedAt) }),
    ...(refusedAgain && { refusedAgain: { at: presentInstant(refusedAgain.at), code: refusedAgain.code } }),
    ...(discarded && { discarded: { ...discarded, at: presentInstant(discarded.at) } }),
    ...(seesPeople && payload !== undefined && { payload }),
  };
}

/** Keys of an event and ids of messages are chosen by who sends them, and may be somebody's address. */
function withoutPeople({
  path,
  message,
  messageId,
}: DeadLetterDoc): Pick<DeadLetterDoc, 'path' | 'message' | 'messageId'> {
  return {
    ...(path !== undefined && { path: path.split('/').map(maskText).join('/') }),
    ...(message !== undefined && { message: maskText(message) }),
    ...(messageId !== undefined && { messageId: maskText(messageId) }),
  };
}

export const presentCount = ({ lastAt, ...count }: LetterCount) => ({ ...count, lastAt: presentInstant(lastAt) });

/** An unapplied event is whole in the event log. */
function hindrance({ stage, notWhole, payload }: DeadLetterDoc): Hindrance | undefined {
  if (stage === 'unapplied') return undefined;
  return notWhole ?? (payload === undefined ? 'not_kept' : undefined);
}
