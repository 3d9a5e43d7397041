import { z } from 'zod';
import type { Destination } from '../../destinations/destination';
import { findDestination } from '../../destinations/registry';
import type { AttachmentContent } from '../../store/attachments';
import type { AttachmentDoc, DestinationDoc } from '../../store/documents';
import { inTransaction } from '../../store/open-store';
import { invalidDefinition, notFound, type Fault } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';

export const AttachmentInput = z.strictObject({
  /** `exclude` keeps people off: a suppression list. */
  use: z.enum(['target', 'exclude']).default('target'),
  purpose: z.string().min(1).max(100).optional(),
  /** Identifier types that may leave; those the destination takes when absent. */
  identifiers: z.array(z.string().min(1).max(64)).min(1).max(20).optional(),
  onExit: z.enum(['remove', 'keep']).default('remove'),
  onDetach: z.enum(['keep', 'remove']).default('keep'),
  /** The vendor's audience: one that exists, or a new one. */
  external: z
    .union([z.strictObject({ id: z.string().min(1).max(200) }), z.strictObject({ create: z.literal(true) })])
    .optional(),
});
type AttachmentInput = z.output<typeof AttachmentInput>;

/** Attaches, or changes how. Throws 400 and 404. */
export async function attach(
  call: KeyCall,
  audience: string,
  destination: string,
  input: AttachmentInput,
): Promise<AttachmentDoc> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    if (!(await deps.store.audiences.find(ws, audience, session))) throw notFound(`audience "${audience}"`);
    const target = await deps.store.destinations.find(ws, destination, session);
    if (!target) throw notFound(`destination "${destination}"`);
    const before = await deps.store.attachments.findEver(ws, audience, destination, session);
    const content = toContent(audience, target, input, before);
    if (before && before.detachedAt === undefined && isSame(before, content)) return before;
    return deps.store.attachments.save(ws, content, { sinceRuleset: await raiseRuleset(), now }, session);
  });
}

/** Detaches: nobody is added any more, and with `onDetach: remove` everybody is removed. Repeating it does no harm. Throws 404. */
export async function detach({ deps, ws, now }: KeyCall, audience: string, destination: string): Promise<void> {
  const { store } = deps;
  const { onDetach } = await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await store.attachments.findEver(ws, audience, destination, session);
    if (!before) throw notFound('such attachment');
    if (before.detachedAt !== undefined) return before;
    await store.attachments.detach(ws, audience, destination, now, session);
    await raiseRuleset();
    return before;
  });
  if (onDetach === 'remove') await store.syncMembers.wishAllOut(ws, audience, destination);
  const work = [{ kind: 'sync' as const, audience, destination }];
  await inTransaction(store.connection, (session) => store.outbox.add(ws, work, now, session));
}

function toContent(
  audience: string,
  { key, type }: DestinationDoc,
  { external, purpose, ...input }: AttachmentInput,
  before: AttachmentDoc | undefined,
): AttachmentContent {
  const kind = findDestination(type);
  const taken = takenBy(kind);
  const createExternal = external !== undefined && 'create' in external;
  const faults = identifierFaults(input.identifiers, taken);
  if (createExternal && kind?.capabilities.createAudience !== true) faults.push(cannotCreate);
  if (faults.length > 0) throw invalidDefinition(faults);
  const externalId = externalIdOf(external, before);
  const optional = { ...(purpose !== undefined && { purpose }), ...(externalId !== undefined && { externalId }) };
  return { ...input, ...optional, audience, destination: key, identifiers: input.identifiers ?? taken, createExternal };
}

/** The vendor's audience stays the same one, also after a detach, unless another is named. */
function externalIdOf(external: AttachmentInput['external'], before: AttachmentDoc | undefined): string | undefined {
  return external && 'id' in external ? external.id : before?.externalId;
}

const takenBy = (kind: Destination | undefined): readonly string[] => (kind?.planMembers ? kind.identifiers : []);

const cannotCreate: Fault = {
  in: 'body',
  pointer: '/external/create',
  message: 'Audiences cannot be created at this destination; give the id of one that exists.',
};

function identifierFaults(wanted: readonly string[] = [], taken: readonly string[]): Fault[] {
  if (taken.length === 0)
    return [{ in: 'path', pointer: '/destination', message: 'This destination takes no audiences.' }];
  return wanted.flatMap((type, index): Fault[] => {
    const message = `This destination does not take ${type}; it takes ${taken.join(', ')}.`;
    return taken.includes(type) ? [] : [{ in: 'body', pointer: `/identifiers/${index}`, message }];
  });
}

function isSame(before: AttachmentDoc, content: AttachmentContent): boolean {
  const keys = ['use', 'purpose', 'identifiers', 'onExit', 'onDetach', 'externalId', 'createExternal'] as const;
  return keys.every((key) => JSON.stringify(before[key]) === JSON.stringify(content[key]));
}
