import { contactName } from '../../events/contact';
import { onceForEach } from '../../once-for-each';
import type { ContactedCondition, EventCondition, Where } from '../rule.schema';

/** The condition as one on the events of contacts; the same for the same condition, so that it is made ready once. */
export const contactsAsked = onceForEach(({ contacted, ...counted }: ContactedCondition): EventCondition => {
  const where = (['channel', 'journey'] as const).flatMap((property): Where[] => {
    const value = contacted[property];
    return value === undefined ? [] : [{ property, is: 'equals', value }];
  });
  return { event: contactName, ...(where.length > 0 && { where }), ...counted };
});
