import type { WorkspaceId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import { PulledSettings, overlapMsOf } from '../../sources/pulled-settings.schema';
import { findSourceKind } from '../../sources/registry';
import { SourceRefused, type PullContext, type Puller } from '../../sources/source';
import type { SourceDoc } from '../../store/sources';
import type { Store } from '../../store/store';

/** A pulled source with its settings and secrets read. Lives for one run at most. */
export interface ConnectedSource {
  readonly doc: SourceDoc;
  readonly puller: Puller;
  readonly context: Pick<PullContext, 'ws' | 'settings' | 'secrets' | 'overlapMs' | 'pageRows'>;
  readonly pulled: PulledSettings;
}

export interface ConnectDeps {
  readonly store: Pick<Store, 'sources'>;
  readonly pullers: Readonly<Record<string, Puller>>;
}

/** Opens a source; `undefined` when it does not exist or is not asked. Throws `SourceRefused` when its settings do not fit (any more). */
export async function connectSource(
  { store, pullers }: ConnectDeps,
  ws: WorkspaceId,
  key: string,
): Promise<ConnectedSource | undefined> {
  const doc = await store.sources.find(ws, key);
  const kind = doc && findSourceKind(doc.type);
  if (!doc || (kind && !kind.isPulled)) return undefined;
  const puller = pullers[doc.type];
  // An older worker during an upgrade: one that knows the type tries later.
  if (!kind || !puller) throw new Error(`This worker knows no source type "${doc.type}".`);
  const stored = JSON.parse(doc.settingsJson) as JsonObject;
  const settings = parsed(kind.settings.safeParse(stored), 'settings');
  const secrets = parsed(kind.secrets.safeParse(store.sources.unseal(doc)), 'secrets');
  const pulled = PulledSettings.parse(stored);
  return {
    doc,
    puller,
    pulled,
    context: { ws, settings, secrets, overlapMs: overlapMsOf(pulled), pageRows: pulled.pageRows },
  };
}

interface Parsed {
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] };
}

function parsed({ success, data, error }: Parsed, what: string): unknown {
  if (success) return data;
  const [issue] = error?.issues ?? [];
  const field = issue?.path.join('.') ?? '';
  const where = field === '' ? '' : ` at "${field}"`;
  throw new SourceRefused(
    what,
    `The ${what} do not fit${where}: ${issue?.message ?? 'unknown'} Save the source again.`,
  );
}
