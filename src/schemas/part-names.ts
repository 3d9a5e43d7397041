import { z } from 'zod';
import { FromPath, FromTemplate, Mapping, MappingValue } from '../destinations/mapping.schema';
import { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
import { Rule } from '../domain/audiences/rule.schema';
import { Value, Where } from '../domain/audiences/where.schema';
import { DefinitionKey, Duration, EventName, Path } from '../domain/definition-fields.schema';
import { Entry, ExitRule, Goal, Reentry, Step, Trigger, UpdateRule } from '../domain/journeys/journey.schema';
import { StepId } from '../domain/journeys/step-fields.schema';
import { PullSchedule } from '../domain/pulls/pull-schedule.schema';
import { Target, RowMapping } from '../domain/rows/row-mapping.schema';
import type { PartNames } from './to-json-schema';

/** Names of the parts of definitions that several have, or that are large. Conditions and steps are called by what they are. */
export const partNames: PartNames = z.registry<{ readonly id: string }>();

const shapesOf = (union: z.core.$ZodType): readonly z.ZodObject[] =>
  (union as z.ZodUnion<readonly z.ZodObject[]>).options;
const kindOf = (step: z.ZodObject): string => (step.shape['type'] as z.ZodLiteral<string>).value;

const named: readonly (readonly [string, z.core.$ZodType])[] = [
  ['rule', Rule.def.out],
  ...shapesOf(Rule.def.out).map((one) => [`${Object.keys(one.shape)[0] ?? ''}-condition`, one] as const),
  ['trigger', Trigger.def.out],
  ...shapesOf(Trigger.def.out).map((one) => [`${Object.keys(one.shape)[0] ?? ''}-trigger`, one] as const),
  ['step', Step],
  ...shapesOf(Step).map((one) => [`${kindOf(one)}-step`, one] as const),
  ...Object.entries({ entry: Entry, reentry: Reentry, 'exit-rule': ExitRule, goal: Goal, 'update-rule': UpdateRule }),
  ...Object.entries({ path: Path, duration: Duration, key: DefinitionKey, 'step-id': StepId, event: EventName }),
  ...Object.entries({ where: Where, value: Value, 'computed-value': ComputedValue.def.out }),
  ...Object.entries({ schedule: PullSchedule, 'row-mapping': RowMapping, column: Target }),
  ...Object.entries({ mapping: Mapping, 'mapping-value': MappingValue, from: FromPath, template: FromTemplate }),
];
for (const [id, schema] of named) partNames.add(schema as z.ZodType, { id });
