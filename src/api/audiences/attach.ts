import { z } from 'zod';
import { attachmentUses, farewells } from '../../domain/audiences/attachment';
import type { Destination } from '../../destinations/destination';
import type { IdentifierTypes } from '../../domain/identity/workspace-types';
import { findDestination } from '../../destinations/registry';
import type { AttachmentContent } from '../../store/attachments';
import type { AttachmentDoc, DestinationDoc } from '../../store/documents';
import { invalidDefinition, notFound, type Fault } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';

export const AttachmentInput = z.strictObject({
  /** `exclude` keeps people off: a suppression list. */
  use: z.enum(attachmentUses).default('target'),
  purpose: z.string().min(1).max(100).optional(),
  /** Identifier types that may leave; those the destination takes when absent. */
  identifiers: z.array(z.string().min(1).max(64)).min(1).max(20).optional(),
  onExit: z.enum(farewells).default('remove'),
  onDetach: z.enum(farewells).default('keep'),
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
    const types = await deps.store.workspaces.identifierTypes(ws);
    const content = toContent(audience, { ...target, types }, input, before);
    if (before && before.detachedAt === undefined && isSame(before, content)) return before;
    return deps.store.attachments.save(ws, content, { sinceRuleset: await raiseRuleset(), now }, session);
  });
}

/** Detaches: nobody is added any more, and with `onDetach: remove` everybody is removed. Repeating it does no harm. Throws 404. */
export async function detach({ deps, ws, now }: KeyCall, audience: string, destination: string): Promise<void> {
  await saveDefinition(deps, ws, async ({ session, raiseRuleset, owe }) => {
    const before = await deps.store.attachments.findEver(ws, audience, destination, session);
    if (!before) throw notFound('such attachment');
    if (before.detachedAt !== undefined) return;
    await deps.store.attachments.detach(before, { sinceRuleset: await raiseRuleset(), now }, session);
    await owe([{ kind: 'sync', audience, destination }]);
  });
}

function toContent(
  audience: string,
  { key, type, types }: DestinationDoc & { readonly types: IdentifierTypes },
  { external, purpose, ...input }: AttachmentInput,
  before: AttachmentDoc | undefined,
): AttachmentContent {
  const kind = findDestination(type);
  const taken = takenBy(kind);
  // One attached before it was connected anew as another tool says nothing here.
  const { externalId, createExternal } = externalOf(external, kind?.createAudience && before);
  const faults = [
    ...identifierFaults(input.identifiers, kind?.takesOwnTypes ? [...new Set([...taken, ...types.names])] : taken),
    ...externalFaults(kind, { externalId, createExternal }),
  ];
  if (faults.length > 0) throw invalidDefinition(faults);
  const optional = { ...(purpose !== undefined && { purpose }), ...(externalId !== undefined && { externalId }) };
  return { ...input, ...optional, audience, destination: key, identifiers: input.identifiers ?? taken, createExternal };
}

type External = Pick<AttachmentContent, 'createExternal'> & { readonly externalId?: string | undefined };

/** The vendor's audience stays the same one, also after a detach, unless another is named. */
function externalOf(wanted: AttachmentInput['external'], before: AttachmentDoc | undefined): External {
  if (wanted && 'id' in wanted) return { externalId: wanted.id, createExternal: false };
  const createExternal = wanted !== undefined || before?.createExternal === true;
  return { externalId: before?.externalId, createExternal };
}

function externalFaults(kind: Destination | undefined, { externalId, createExternal }: External): Fault[] {
  const canCreate = kind?.createAudience !== undefined;
  if (!canCreate) return createExternal ? [cannotCreate] : [];
  return externalId === undefined && !createExternal ? [namesNone] : [];
}

const takenBy = (kind: Destination | undefined): readonly string[] => (kind?.planMembers ? kind.identifiers : []);

const cannotCreate: Fault = {
  in: 'body',
  pointer: '/external/create',
  message: 'Audiences cannot be created at this destination; give the id of one that exists.',
};

const namesNone: Fault = {
  in: 'body',
  pointer: '/external',
  message:
    'This destination keeps audiences of its own: give { "id": "…" } of one, or { "create": true } for a new one.',
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
