import type { ClientSession } from 'mongodb';
import type { z } from 'zod';
import type { Destination } from '../../destinations/destination';
import type { DestinationInput as Input } from '../../destinations/destination-input.schema';
import { channelOf, destinationTypes, findDestination } from '../../destinations/registry';
import type { OutboxWork } from '../../domain/profiles/change-set';
import type { AttachmentDoc, DestinationDoc } from '../../store/documents';
import type { Secrets } from '../../store/seal';
import { checkSettings, originOfSecrets, secretsGoElsewhere } from '../check-settings';
import { checkPreconditions } from '../etag';
import { refuseWhileInJourneys } from '../in-use';
import { conflict, invalidDefinition, notFound, type Fault } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition, type Saving } from '../save-definition';

type DestinationInput = z.output<typeof Input> & { readonly key: string };

/** Saves a destination whose settings and secrets its type accepts. Throws 400, 409 and 412. */
export async function saveDestination(call: KeyCall, input: DestinationInput): Promise<DestinationDoc> {
  const { deps, ws, now } = call;
  const { key } = input;
  const kind = findDestination(input.type);
  if (!kind) {
    const message = `There is no destination type "${input.type}"; there are ${destinationTypes.join(', ')}.`;
    throw invalidDefinition([{ in: 'body', pointer: '/type', message }]);
  }
  return saveDefinition(deps, ws, async (saving) => {
    const { session, owe } = saving;
    const before = await deps.store.destinations.find(ws, key, session);
    checkPreconditions(call, before?.version);
    if (before && before.type !== input.type) await refuseOtherType(call, before, session);
    const faults = [...checkSettings(kind.settings, input.settings, 'settings'), ...checkSecrets(kind, input, before)];
    if (faults.length > 0) throw invalidDefinition(faults);
    const saved = await deps.store.destinations.save(ws, contentOf(input), now, session);
    if (before) await decideAnew(call, before, saved, saving);
    if (input.enabled && before?.enabled !== true) await owe(await syncsOf(call, key, session));
    return saved;
  });
}

function contentOf({ key, type, name, settings, secrets, purpose, enabled }: DestinationInput) {
  const optional = { ...(secrets && { secrets }), ...(purpose !== undefined && { purpose }) };
  return { key, type, name, settings, enabled, ...optional };
}

/** With another purpose, or another channel, others may be held there. */
async function decideAnew(
  { deps, ws }: KeyCall,
  before: DestinationDoc,
  saved: DestinationDoc,
  { session, raiseRuleset }: Saving,
): Promise<void> {
  if (before.purpose === saved.purpose && channelOf(before) === channelOf(saved)) return;
  await deps.store.attachments.markChangedAt(ws, before.key, await raiseRuleset(), session);
}

/** Lets waiting work go on, and wakes what waited. */
export async function resumeDestination(call: KeyCall, key: string): Promise<void> {
  const { deps, ws } = call;
  await saveDefinition(deps, ws, async ({ session, owe }) => {
    await deps.store.destinations.resume(ws, key, session);
    await owe(await syncsOf(call, key, session));
  });
}

export async function deleteDestination(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await deps.store.destinations.find(ws, key, session);
    if (!before) throw notFound(`destination "${key}"`);
    checkPreconditions(call, before.version);
    const ever = await deps.store.attachments.everOfDestination(ws, key, session);
    const attached = ever.filter(({ detachedAt }) => detachedAt === undefined);
    if (attached.length > 0) {
      throw conflict(
        `Audiences are attached to it: ${attached.map(({ audience }) => audience).join(', ')}; detach them first.`,
      );
    }
    await refuseWhileInJourneys(call, 'destinations', key);
    await refuseWhileLeaving(call, ever);
    await deps.store.destinations.delete(ws, key, now, session);
    // Nothing counts differently, but an attachment saved meanwhile must not miss this.
    await raiseRuleset();
  });
}

/** Without the destination's secrets, nobody whom a detach has yet to take off would ever be. */
async function refuseWhileLeaving(
  { deps, ws }: Pick<KeyCall, 'deps' | 'ws'>,
  attachments: readonly AttachmentDoc[],
): Promise<void> {
  const removing = attachments.filter(({ onDetach }) => onDetach === 'remove');
  const left = await Promise.all(
    removing.map(async ({ audience, destination, emptiedAt }) => {
      const { pending } = await deps.store.syncMembers.counts(ws, audience, destination);
      return emptiedAt === undefined || pending > 0 ? [audience] : [];
    }),
  );
  const audiences = left.flat();
  if (audiences.length === 0) return;
  throw conflict(
    `People have yet to be taken off there: ${audiences.join(', ')}; let the destination work until they are, ` +
      'or attach the audience again and detach it with onDetach "keep".',
  );
}

/** Audiences in step with it have waited; so has what detached ones still ask of it. */
async function syncsOf({ deps, ws }: KeyCall, key: string, session: ClientSession): Promise<OutboxWork[]> {
  const pairs = await deps.store.attachments.everOfDestination(ws, key, session);
  return pairs.map(({ audience, destination }) => ({ kind: 'sync' as const, audience, destination }));
}

/** What it holds, and what is sent to it, only makes sense to a tool of the same type. */
async function refuseOtherType(call: KeyCall, { key, type }: DestinationDoc, session: ClientSession): Promise<void> {
  const { deps, ws } = call;
  const ever = await deps.store.attachments.everOfDestination(ws, key, session);
  if (ever.length > 0) {
    const audiences = ever.map(({ audience }) => audience).join(', ');
    throw conflict(
      `Audiences are or were attached to it as ${type}: ${audiences}; connect the other tool under a key of its own.`,
    );
  }
  await refuseWhileInJourneys(call, 'destinations', key);
}

/** Without new secrets those of before must do, which they only can for the same type and where they go to the same host. */
function checkSecrets(
  kind: Destination,
  { secrets, type, settings }: DestinationInput,
  before: DestinationDoc | undefined,
): Fault[] {
  if (secrets !== undefined || before?.type !== type)
    return checkSettings(kind.secrets, secrets ?? ({} satisfies Secrets), 'secrets');
  return originOfSecrets(kind, settings) === originOfSecrets(kind, before.settings) ? [] : [secretsGoElsewhere];
}
