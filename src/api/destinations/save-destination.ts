import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import type { Destination } from '../../destinations/destination';
import { destinationTypes, findDestination } from '../../destinations/registry';
import type { DestinationDoc } from '../../store/documents';
import type { Secrets } from '../../store/seal';
import { checkPreconditions } from '../etag';
import { DefinitionKey } from '../json-schema';
import { conflict, invalidDefinition, notFound, toPointer, type Fault } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';
import { transact } from '../transact';

export const DestinationInput = z.strictObject({
  key: DefinitionKey.optional(),
  type: z.string().min(1).max(64),
  name: z.string().min(1).max(200),
  /** What the type asks for; see its page. */
  settings: z.record(z.string(), z.unknown()),
  /** Sealed at once and never shown. Absent keeps the present ones. */
  secrets: z.record(z.string(), z.string().max(16_384)).optional(),
  purpose: z.string().min(1).max(100).optional(),
  enabled: z.boolean().default(true),
});
type DestinationInput = z.output<typeof DestinationInput>;

/** Saves a destination whose settings and secrets its type accepts. Throws 400 and 412. */
export async function saveDestination(call: KeyCall, key: string, input: DestinationInput): Promise<DestinationDoc> {
  const { deps, ws, now } = call;
  const kind = findDestination(input.type);
  if (!kind) {
    const message = `There is no destination type "${input.type}"; there are ${destinationTypes.join(', ')}.`;
    throw invalidDefinition([{ in: 'body', pointer: '/type', message }]);
  }
  return saveDefinition(deps, ws, async ({ session }) => {
    const before = await deps.store.destinations.find(ws, key, session);
    checkPreconditions(call, before?.version);
    const faults = [...check(kind.settings, input.settings, 'settings'), ...checkSecrets(kind, input, before)];
    if (faults.length > 0) throw invalidDefinition(faults);
    const { type, name, settings, secrets, purpose, enabled } = input;
    const optional = { ...(secrets && { secrets }), ...(purpose !== undefined && { purpose }) };
    const content = { key, type, name, settings, enabled, ...optional };
    const saved = await deps.store.destinations.save(ws, content, now, session);
    if (enabled && before?.enabled !== true) await wakeSyncs(call, key, session);
    return saved;
  });
}

/** Lets waiting work go on, and wakes what waited. */
export async function resumeDestination(call: KeyCall, key: string): Promise<void> {
  const { deps, ws } = call;
  await transact(deps, async (session) => {
    await deps.store.destinations.resume(ws, key, session);
    await wakeSyncs(call, key, session);
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
    await deps.store.destinations.delete(ws, key, now, session);
    // Nothing counts differently, but an attachment saved meanwhile must not miss this.
    await raiseRuleset();
  });
}

/** Audiences in step with it have waited; so has what detached ones still ask of it. */
async function wakeSyncs({ deps, ws, now }: KeyCall, key: string, session: ClientSession): Promise<void> {
  const pairs = await deps.store.attachments.everOfDestination(ws, key, session);
  const work = pairs.map(({ audience, destination }) => ({ kind: 'sync' as const, audience, destination }));
  await deps.store.outbox.add(ws, work, now, session);
}

/** Without new secrets those of before must do, which they only can for the same type. */
function checkSecrets(
  kind: Destination,
  { secrets, type }: DestinationInput,
  before: DestinationDoc | undefined,
): Fault[] {
  if (secrets === undefined && before?.type === type) return [];
  return check(kind.secrets, secrets ?? ({} satisfies Secrets), 'secrets');
}

function check(schema: z.ZodType, value: unknown, part: string): Fault[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => ({
    in: 'body',
    pointer: `/${part}${toPointer(path)}`,
    message,
  }));
}
