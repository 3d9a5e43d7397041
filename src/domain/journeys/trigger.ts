import type { EdgeKind } from '../audiences/edge';
import { aggregateOf } from '../audiences/behaviour/event-aggregate';
import { hiddenKey, isHidden } from '../audiences/hidden-audience';
import type { RuleEvent } from '../events/event';
import { readSignal } from '../events/signal';
import { onceForEach } from '../once-for-each';
import { firstAt } from '../path';
import type { Enrollment } from './enrollment';
import type { EntryTrigger, EventTrigger, Trigger } from './journey.schema';
import { eventRoot, hasValueAt, runRoot } from './run-paths';

/** Something that happened to a profile, in the order of its `seq`. Instants are epoch milliseconds. */
export type Cause =
  | {
      readonly kind: 'event';
      readonly event: RuleEvent & {
        readonly messageId: string;
        readonly occurredAt: number;
        readonly receivedAt: number;
        readonly emittedBy?: readonly string[];
      };
      readonly seq: number;
    }
  | {
      readonly kind: 'edge';
      readonly audience: string;
      readonly edge: EdgeKind;
      readonly at: number;
      readonly seq: number;
      /** False for edges by merge, and by a definition unless whoever saved it asked: they start nothing. */
      readonly startsJourneys: boolean;
      /** A definition has made it, and nobody asked that it begin journeys. */
      readonly isByDefinition?: boolean;
      /** Nothing has taken it back since; only where it was asked for. */
      readonly isStill?: boolean;
    };

/** Effective time of a cause. */
export const causeAt = (cause: Cause): number => (cause.kind === 'event' ? cause.event.at : cause.at);

/** When we learned of a cause: what a deadline is compared with. */
export const causeReceivedAt = (cause: Cause): number => (cause.kind === 'event' ? cause.event.receivedAt : cause.at);

/** Whether the cause is of the trigger's kind, name and properties; which run it belongs to is `belongsToRun`'s. */
export function triggers(trigger: Trigger | EntryTrigger, cause: Cause): boolean {
  // Of entries that are no cause in themselves: whom a date or a schedule brings in is `isEntry`'s and the ask's.
  if ('api' in trigger || 'date' in trigger || 'schedule' in trigger) return false;
  if ('when' in trigger) return isEdge(cause, hiddenKey(trigger.when), 'entered');
  if ('signal' in trigger) return signalOf(cause)?.signal === trigger.signal;
  if ('event' in trigger) return cause.kind === 'event' && aggregateOf(eventCondition(trigger)).matches(cause.event);
  return isEdge(cause, trigger.audience, trigger.edge);
}

const isEdge = (cause: Cause, audience: string, edge: EdgeKind): boolean =>
  cause.kind === 'edge' && cause.audience === audience && cause.edge === edge;

/** For people: what happens when a rule begins to hold. */
export const ruleHolds = 'a rule holds';

const signalOf = (cause: Cause) => (cause.kind === 'event' ? readSignal(cause.event) : undefined);

/** What people write of a cause in paths: of a signal what was sent with it, of an edge its audience alone. */
export function toldBy(cause: Cause): RuleEvent {
  if (cause.kind === 'edge')
    return { name: isHidden(cause.audience) ? ruleHolds : cause.audience, at: cause.at, properties: {} };
  const { name, at, properties } = cause.event;
  const told = signalOf(cause);
  return told ? { name: told.signal, at, properties: told.data } : { name, at, properties };
}

/** Whether the `match` of an event trigger holds: each path in the event has the value of its path of the run. A signal names its run. */
export function belongsToRun(trigger: Trigger, cause: Cause, run: Pick<Enrollment, 'id' | 'entry' | 'steps'>): boolean {
  if ('signal' in trigger) return signalOf(cause)?.enrollment === run.id;
  if (!('event' in trigger) || !trigger.match || cause.kind !== 'event') return true;
  const event = eventRoot(cause.event);
  const root = runRoot(run);
  return Object.entries(trigger.match).every(([inEvent, inRun]) => hasValueAt(event, inEvent, firstAt(root, inRun)));
}

/** The trigger as an event condition, one object per trigger, so that it is made ready once. */
const eventCondition = onceForEach((trigger: Omit<EventTrigger, 'match'>) => ({
  event: trigger.event,
  ...(trigger.where && { where: trigger.where }),
}));
