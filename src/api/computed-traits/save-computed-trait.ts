import type { ClientSession } from 'mongodb';
import type { ComputedValue } from '../../domain/audiences/computed/computed-value.schema';
import {
  mostComputedTraits,
  type ComputedTraitDefinition,
} from '../../domain/audiences/computed/computed-trait.schema';
import type { ComputedTraitDoc, ComputedTraitStatement } from '../../store/computed-traits';
import { checkPreconditions } from '../etag';
import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';
import { audiencesReading, refuseOtherType, refuseWhileRead } from './computed-in-use';

/** Saves a computed trait; one of another value is worked out anew for everybody, with the audiences that read it. Throws 409 and 412. */
export async function saveComputedTrait(call: KeyCall, definition: ComputedTraitDefinition): Promise<ComputedTraitDoc> {
  const { deps, ws, now } = call;
  const { computedTraits, audiences } = deps.store;
  const content = toContent(definition);
  const { key } = content;
  return saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await computedTraits.find(ws, key, session);
    checkPreconditions(call, before?.version);
    if (before && isSame(before, content)) return before;
    if (!before) await refuseMany(call, session);
    if (before?.valueJson === content.valueJson) return computedTraits.save(ws, content, before, now, session);
    if (before) await refuseOtherType(call, { key, value: definition.value, before: valueOf(before) }, session);
    const counts = { sinceRuleset: await raiseRuleset(), status: 'computing' } as const;
    await audiences.markComputing(ws, await audiencesReading(call, key, session), counts.sinceRuleset, session);
    return computedTraits.save(ws, content, counts, now, session);
  });
}

/** Forgets a computed trait that nothing reads. Throws 404, 409 and 412. */
export async function deleteComputedTrait(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await deps.store.computedTraits.find(ws, key, session);
    if (!before) throw notFound(`computed trait "${key}"`);
    checkPreconditions(call, before.version);
    await refuseWhileRead(call, key, session);
    await deps.store.computedTraits.delete(ws, key, now, session);
    await raiseRuleset();
  });
}

const valueOf = ({ valueJson }: ComputedTraitDoc) => JSON.parse(valueJson) as ComputedValue;

async function refuseMany({ deps, ws }: KeyCall, session: ClientSession): Promise<void> {
  if ((await deps.store.computedTraits.list(ws, session)).length < mostComputedTraits) return;
  throw conflict(`A workspace has at most ${mostComputedTraits} computed traits; delete one that nothing reads first.`);
}

function toContent({ key, name, description, labels, value }: ComputedTraitDefinition) {
  return {
    ...{ key, name, valueJson: JSON.stringify(value) },
    ...(description !== undefined && { description }),
    ...(labels !== undefined && { labels }),
  };
}

function isSame(before: ComputedTraitDoc, content: ComputedTraitStatement): boolean {
  const fields = ['name', 'description', 'labels', 'valueJson'] as const;
  return fields.every((field) => JSON.stringify(before[field]) === JSON.stringify(content[field]));
}
