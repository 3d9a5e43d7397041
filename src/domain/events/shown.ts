import type { Event, Identifier, RuleEvent } from './event';
import { isOwn, ownMark } from './own';

/** That content of a journey was told to a surface, to be shown in a slot. `*` is not about it, in rules and in triggers. */
export const shownName = `${ownMark}shown`;
/** The same of somebody whom chance holds out: it would have been told. */
export const wouldShowName = `${ownMark}would-show`;

/** Content in a slot, once for each visit of a step and each session. */
export interface Shown {
  readonly enrollment: string;
  readonly journey: string;
  readonly step: string;
  readonly visit: number;
  readonly slot: string;
  /** The number of the session among those of the visit, from 1. */
  readonly session: number;
}

/** The event of content that was told: one for each session, whoever makes it how often. */
export function shownEvent(
  { isGhost, ...shown }: Shown & { readonly isGhost: boolean },
  identifier: Identifier,
  at: number,
): Event {
  const { enrollment, journey, step, visit, session } = shown;
  const name = isGhost ? wouldShowName : shownName;
  return {
    messageId: `${name}:${enrollment}:${step}:${visit}:${session}`,
    kind: 'track',
    name,
    occurredAt: at,
    receivedAt: at,
    identifiers: [identifier],
    properties: { ...shown },
    traits: {},
    context: {},
    source: `journey:${journey}`,
    isTrusted: true,
    isAboutProfile: true,
  };
}

export const isExposure = (name: string): boolean => name === shownName || name === wouldShowName;

/** Whether an event tells that its person is there: it was sent of them, or a surface was told; what journeys do by themselves is not theirs. */
export const isOfPerson = ({ name, source }: Pick<Event, 'name' | 'source'>): boolean =>
  name === shownName || (!isOwn(name) && !source.startsWith('journey:'));

/** Whether an event says that a visit of a step has shown something, or would have. */
export const isShownBy = (
  { name, properties }: Pick<RuleEvent, 'name' | 'properties'>,
  { id, step, visit }: { readonly id: string; readonly step: string; readonly visit: number },
): boolean =>
  isExposure(name) && properties['enrollment'] === id && properties['step'] === step && properties['visit'] === visit;
