import { workspaceOf } from '../../ids';
import { isJsonObject, type Json, type JsonObject } from '../../json';
import { firstAt } from '../../path';
import type { StepOf } from '../journey.schema';
import { goTo, waitUntil } from '../move';
import { waitKeysOf } from '../routing';
import type { StepKind } from '../step-kind';

const lookAgainMs = 1_000;

/** Profiles change only through events: the step records one and goes on when it has been applied. */
export const update: StepKind<StepOf<'update'>> = {
  take(step, standing) {
    const { run, facts, now } = standing;
    if (facts.update === 'applied' || facts.update === 'dead') return goTo(standing, step.next, facts.update);
    if (facts.update === 'pending') {
      const keys = waitKeysOf(workspaceOf(run.subject), facts.ids, [{ event: 'identify' }]);
      return waitUntil(standing, now + lookAgainMs, 'waits for its update to be applied', {
        keys,
        names: ['identify'],
      });
    }
    const traits = traitsOf(step, facts.root);
    return Object.keys(traits).length === 0 ? goTo(standing, step.next, 'nothing') : { to: 'record', run, traits };
  },
  parts: (step) => (step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
};

function traitsOf({ set, unset }: StepOf<'update'>, root: JsonObject): JsonObject {
  const values = Object.entries(set ?? {}).flatMap(([name, value]): [string, Json][] => {
    const found = isFrom(value) ? firstAt(root, value.from) : (value as Json);
    return found === undefined ? [] : [[name, found]];
  });
  return Object.fromEntries([...values, ...(unset ?? []).map((name): [string, Json] => [name, null])]);
}

function isFrom(value: unknown): value is { from: string } {
  return isJsonObject(value) && Object.keys(value).length === 1 && typeof value['from'] === 'string';
}
