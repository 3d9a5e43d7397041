import type { ClientSession } from 'mongodb';
import type { z } from 'zod';
import { allImports } from '../../domain/imports/import-events';
import type { IdentifierTypes } from '../../domain/identity/workspace-types';
import { findTooManyColumns, findUnknownTypes } from '../../domain/rows/mapping-problems';
import { findUnknownTypesOf, TopicMapping } from '../../sources/event-mapping.schema';
import { PulledSettings } from '../../sources/pulled-settings.schema';
import { findSourceKind, sourceTypes } from '../../sources/registry';
import type { SourceKind } from '../../sources/source';
import type { SourceInput as Input } from '../../sources/source-input.schema';
import type { OutboxDoc } from '../../store/documents';
import type { SourceDoc } from '../../store/sources';
import { carryOut } from '../carry-out';
import { checkSettings, originOfSecrets, secretsGoElsewhere } from '../check-settings';
import { checkPreconditions } from '../etag';
import { conflict, invalidDefinition, notFound, toPointer, type Fault } from '../problem';
import type { KeyCall } from '../route';
import { transact } from '../transact';

type SourceInput = z.output<typeof Input> & { readonly key: string };

/** Saves a source whose settings and secrets its type accepts. Throws 400, 409 and 412. */
export async function saveSource(call: KeyCall, input: SourceInput): Promise<SourceDoc> {
  const { deps, ws, now } = call;
  const { key } = input;
  const kind = findSourceKind(input.type);
  if (!kind) {
    const message = `There is no source type "${input.type}"; there are ${sourceTypes.join(', ')}.`;
    throw invalidDefinition([{ in: 'body', pointer: '/type', message }]);
  }
  const { saved, owed } = await transact(deps, async (session) => {
    const before = await deps.store.sources.find(ws, key, session);
    checkPreconditions(call, before?.version);
    checkKey(key, input, before);
    await checkPlan(call, input.trackingPlan, session);
    const types = await deps.store.workspaces.identifierTypes(ws);
    const faults = [
      ...checkSettings(kind.settings, input.settings, 'settings'),
      ...checkMapping(kind, input, { most: deps.importLimits.maxColumns, types }),
      ...checkSecrets(kind, input, before),
    ];
    if (faults.length > 0) throw invalidDefinition(faults);
    const { type, name, description, settings, secrets, enabled, trackingPlan } = input;
    const optional = {
      ...(secrets && { secrets }),
      ...(description !== undefined && { description }),
      ...(trackingPlan !== undefined && { trackingPlan }),
    };
    const content = { key, type, name, settings, enabled, ...optional };
    const stored = await deps.store.sources.save(ws, content, now, session);
    return { saved: stored, owed: kind.isPulled ? await reschedule(call, key, session) : [] };
  });
  void carryOut(deps, owed);
  return saved;
}

function checkKey(key: string, { type }: SourceInput, before: SourceDoc | undefined): void {
  if (!before && key === allImports) throw conflict(`"${key}" is what imports are counted under; take another key.`);
  if (before && before.type !== type)
    throw conflict(`Source "${key}" is of type ${before.type}; connect the other system under a key of its own.`);
}

interface Mappable {
  /** Columns of a mapping. */
  readonly most: number;
  readonly types: IdentifierTypes;
}

/** How many columns a mapping has, and which types of identifiers; a mapping that is none is the settings' fault. */
function checkMapping({ isPulled }: SourceKind, { settings }: SourceInput, { most, types }: Mappable): Fault[] {
  const faultAt = (path: readonly (string | number)[], message: string): Fault => ({
    in: 'body',
    pointer: `/settings/mapping${toPointer(path)}`,
    message,
  });
  if (!isPulled) {
    const topics = TopicMapping.safeParse(settings['mapping']).data ?? {};
    return findUnknownTypesOf(topics, types).map(({ path, message }) => faultAt(path, message));
  }
  const mapping = PulledSettings.shape.mapping.safeParse(settings['mapping']).data;
  if (!mapping) return [];
  const tooMany = findTooManyColumns(mapping, most);
  if (tooMany !== undefined) return [faultAt(['columns'], tooMany)];
  return findUnknownTypes(mapping, types).map(({ path, message }) => faultAt(path, message));
}

/** What has made a source refuse may be what has been changed. */
async function reschedule({ deps, ws, now }: KeyCall, key: string, session: ClientSession): Promise<OutboxDoc[]> {
  await deps.store.pullStates.resume(ws, key, session);
  return deps.store.outbox.add(ws, [{ kind: 'pull-schedule', source: key }], now, session);
}

async function checkPlan({ deps, ws }: KeyCall, plan: string | undefined, session: ClientSession): Promise<void> {
  if (plan === undefined || (await deps.store.trackingPlans.find(ws, plan, session))) return;
  const message = `There is no tracking plan "${plan}"; save it first.`;
  throw invalidDefinition([{ in: 'body', pointer: '/trackingPlan', message }]);
}

export async function deleteSource(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  const owed = await transact(deps, async (session) => {
    const before = await deps.store.sources.find(ws, key, session);
    if (!before) throw notFound(`source "${key}"`);
    checkPreconditions(call, before.version);
    await deps.store.sources.delete(ws, key, now, session);
    await deps.store.pullStates.delete(ws, key, session);
    if (!findSourceKind(before.type)?.isPulled) return [];
    return deps.store.outbox.add(ws, [{ kind: 'pull-schedule', source: key }], now, session);
  });
  void carryOut(deps, owed);
}

/** Without new secrets those of before must do, which they only can where they go to the same host. */
function checkSecrets(kind: SourceKind, { secrets, settings }: SourceInput, before: SourceDoc | undefined): Fault[] {
  if (secrets !== undefined || !before) return checkSettings(kind.secrets, secrets ?? {}, 'secrets');
  const isSame = originOfSecrets(kind, settings) === originOfSecrets(kind, JSON.parse(before.settingsJson));
  return isSame ? [] : [secretsGoElsewhere];
}
