import type { EntryTrigger, JourneyDefinition, Trigger } from './journey.schema';
import type { StepPart } from './step-kind';
import { stepParts } from './step-kinds';

/** What the steps hold, with its place in the definition. */
export const placedParts = ({ steps }: JourneyDefinition): StepPart[] =>
  Object.entries(steps).flatMap(([id, step]) =>
    stepParts(step).map((part) => ({ ...part, path: `/steps/${id}${part.path}` })),
  );

/** What a trigger is for. */
type Part = 'entry' | 'exit' | 'goal' | 'update' | 'wait';

export interface PlacedTrigger {
  readonly on: Trigger | EntryTrigger;
  readonly path: string;
  readonly of: Part;
}

/** Everything that a journey waits for, with its place in the definition. */
export function placedTriggers(definition: JourneyDefinition): PlacedTrigger[] {
  const { entry, exits = [], goals = [], updates = [] } = definition;
  const listed = (name: string, of: Part, all: readonly { readonly on: Trigger }[]) =>
    all.map(({ on }, index) => ({ on, path: `/${name}/${index}/on`, of }));
  return [
    { on: entry.on, path: '/entry/on', of: 'entry' },
    ...listed('exits', 'exit', exits),
    ...listed('goals', 'goal', goals),
    ...listed('updates', 'update', updates),
    ...placedParts(definition).flatMap((part) =>
      'trigger' in part ? [{ on: part.trigger, path: part.path, of: 'wait' as const }] : [],
    ),
  ];
}
