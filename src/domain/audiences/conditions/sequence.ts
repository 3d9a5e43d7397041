import { partsOf } from '../../path';
import type { ConditionKind, Finding } from '../condition-kind';
import type { SequenceCondition } from '../rule.schema';
import { behaviour } from './behaviour';
import { checkWhere } from '../check-where';

/** `{ "sequence": [ { "event": "Cart Started" }, { "event": "Order Completed", "absent": true } ], "same": "properties.cart_id", "within": "24h" }` */
export const sequence: ConditionKind<SequenceCondition> = {
  ...behaviour,
  check(condition, path, context) {
    const wheres = condition.sequence.flatMap(({ where = [] }, step) =>
      where.flatMap((one, index) => checkWhere(one, `${path}/sequence/${step}/where/${index}`, context)),
    );
    return [...wheres, ...checkShape(condition, path)];
  },
  actual(condition, view, now) {
    const startedAt = view.measure(condition, now);
    return typeof startedAt === 'number' ? new Date(startedAt).toISOString() : undefined;
  },
};

function checkShape({ sequence: steps, same, settled, within }: SequenceCondition, path: string): Finding[] {
  const findings: Finding[] = [];
  if (steps[0]?.absent === true)
    findings.push({
      code: 'sequence_starts_absent',
      path: `${path}/sequence/0/absent`,
      message: 'A sequence begins with something that happened.',
      suggestion: 'Put first what the others are measured from.',
    });
  if (same !== undefined && partsOf(same)[0] !== 'properties')
    findings.push({
      code: 'same_outside_properties',
      path: `${path}/same`,
      message: 'What events of a sequence have in common is one of their properties.',
      suggestion: 'Write "properties." before its name, such as "properties.cart_id".',
    });
  if (settled === true && (within === undefined || steps.at(-1)?.absent !== true))
    findings.push({
      code: 'nothing_to_settle',
      path: `${path}/settled`,
      message: 'A sequence settles when the time is over in which its last step must not happen.',
      suggestion: 'Add "within", and make the last step absent; or leave "settled" out.',
    });
  return findings;
}
