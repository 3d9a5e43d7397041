import { definitionKeyPattern } from '../domain/definition-key';
import { allImports } from '../domain/imports/import-events';
import type { WorkspaceId } from '../domain/ids';
import type { SourceDoc } from './sources';

/** The key of a source that is named in free text: what of it may stand in a key. */
export function toSourceKey(text: string): string {
  const key = definitionKeyPattern.test(text) ? text : keyIn(text);
  return key === allImports ? 'imports' : key;
}

function keyIn(text: string): string {
  const key = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '');
  return key === '' ? 'source' : key;
}

/** A website, an app or a back end that sends by itself: it has no settings and no secrets. */
export const plainSource = (ws: WorkspaceId, key: string, name: string, now: number): SourceDoc => ({
  ...{ _id: `${ws}:${key}`, ws, key, type: 'api', name, settingsJson: '{}', sealedSecrets: '' },
  ...{ enabled: true, version: 1, createdAt: now, updatedAt: now },
});
