import { contactName } from '../../events/contact';
import type { ContactedCondition, EventCondition, Where } from '../rule.schema';

const ready = new WeakMap<ContactedCondition, EventCondition>();

/** The condition as one on the events of contacts; the same for the same condition, so that it is made ready once. */
export function contactsAsked(condition: ContactedCondition): EventCondition {
  const known = ready.get(condition);
  if (known) return known;
  const { contacted, ...counted } = condition;
  const where = (['channel', 'journey'] as const).flatMap((property): Where[] => {
    const value = contacted[property];
    return value === undefined ? [] : [{ property, is: 'equals', value }];
  });
  const asked = { event: contactName, ...(where.length > 0 && { where }), ...counted };
  ready.set(condition, asked);
  return asked;
}
