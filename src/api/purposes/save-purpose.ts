import type { ClientSession } from 'mongodb';
import { mostPurposes } from '../../domain/consent/purpose';
import type { PurposeDefinition } from '../../domain/consent/purpose.schema';
import type { PurposeDoc } from '../../store/purposes';
import { checkPreconditions } from '../etag';
import { refuseWhileInJourneys } from '../in-use';
import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition, type Saving } from '../save-definition';

/** Saves a purpose; one that decides otherwise than before has everybody's wishes at destinations decided anew. Throws 409 and 412. */
export async function savePurpose(call: KeyCall, definition: PurposeDefinition): Promise<PurposeDoc> {
  const { deps, ws, now } = call;
  const { description, ...rest } = definition;
  const content = { ...rest, ...(description !== undefined && { description }) };
  return saveDefinition(deps, ws, async (saving) => {
    const { session } = saving;
    const before = await deps.store.purposes.find(ws, content.key, session);
    checkPreconditions(call, before?.version);
    if (before && isSame(before, content)) return before;
    if (!before) await refuseMany(call, session);
    if (!before || decidesOtherwise(before, content)) await decideAnew(call, content.key, saving);
    return deps.store.purposes.save(ws, content, now, session);
  });
}

/** Forgets a purpose that nothing needs. Without it silence would allow. Throws 404, 409 and 412. */
export async function deletePurpose(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async (saving) => {
    const { session } = saving;
    const before = await deps.store.purposes.find(ws, key, session);
    if (!before) throw notFound(`purpose "${key}"`);
    checkPreconditions(call, before.version);
    await refuseWhileNeeded(call, key);
    await refuseWhileInJourneys(call, 'purposes', key);
    await deps.store.purposes.delete(ws, key, now, session);
    await decideAnew(call, key, saving);
  });
}

async function decideAnew({ deps, ws }: KeyCall, purpose: string, { session, raiseRuleset }: Saving): Promise<void> {
  const destinations = await deps.store.destinations.list(ws);
  const needing = destinations.filter((destination) => destination.purpose === purpose).map(({ key }) => key);
  const changed = { purpose, destinations: needing };
  await deps.store.attachments.markChanged(ws, changed, await raiseRuleset(), session);
}

async function refuseMany({ deps, ws }: KeyCall, session: ClientSession): Promise<void> {
  if ((await deps.store.purposes.list(ws, session)).length < mostPurposes) return;
  throw conflict(`A workspace has at most ${mostPurposes} purposes; delete one that nobody needs first.`);
}

async function refuseWhileNeeded({ deps, ws }: KeyCall, key: string): Promise<void> {
  const [attachments, destinations] = await Promise.all([
    deps.store.attachments.list(ws),
    deps.store.destinations.list(ws),
  ]);
  const needing = [
    ...attachments.filter(({ purpose }) => purpose === key).map((one) => `${one.audience} → ${one.destination}`),
    ...destinations.filter(({ purpose }) => purpose === key).map((one) => one.key),
  ];
  if (needing.length > 0) throw conflict(`It is needed by ${needing.join(', ')}; give them another purpose first.`);
}

const decidesOtherwise = (before: PurposeDoc, { whenUnset, transactional }: PurposeDefinition): boolean =>
  before.whenUnset !== whenUnset || before.transactional !== transactional;

const isSame = (before: PurposeDoc, content: PurposeDefinition): boolean =>
  !decidesOtherwise(before, content) && before.name === content.name && before.description === content.description;
