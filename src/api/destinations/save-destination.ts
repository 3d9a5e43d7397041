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
    return deps.store.destinations.save(ws, { key, type, name, settings, enabled, ...optional }, now, session);
  });
}

export async function deleteDestination(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async ({ session }) => {
    const before = await deps.store.destinations.find(ws, key, session);
    if (!before) throw notFound(`destination "${key}"`);
    checkPreconditions(call, before.version);
    const attached = (await deps.store.attachments.list(ws)).filter(({ destination }) => destination === key);
    if (attached.length > 0) {
      throw conflict(
        `Audiences are attached to it: ${attached.map(({ audience }) => audience).join(', ')}; detach them first.`,
      );
    }
    await deps.store.destinations.delete(ws, key, now, session);
  });
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
