import { admitAfterErasure } from '../../privacy/admit-after-erasure';
import type { Event, Identifier } from '../../events/event';
import type { WorkspaceFold } from './workspace-fold';

/** The event as far as it may be applied; `undefined` when everybody it names was erased, and it is refused. */
export function withoutErased(fold: WorkspaceFold, event: Event): Event | undefined {
  const erasedAt = (identifier: Identifier) => fold.erasedAt(identifier);
  const admission = admitAfterErasure(event, erasedAt, fold.input.ruleset.identity);
  if (admission === 'as-it-is') return event;
  if (admission === 'refused') {
    fold.refused.push({ messageId: event.messageId, kind: event.kind, source: event.source });
    return undefined;
  }
  for (const identifier of admission.lifted) fold.lift(identifier);
  if (admission.content) fold.stripped.set(event.messageId, admission.content);
  return { ...event, ...admission.content };
}
