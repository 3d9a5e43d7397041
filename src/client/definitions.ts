import { path, type Tagged, type Transport } from './transport';

/** Whatever is defined under a key: `audiences`, `journeys`, … as their paths call them. */
export type DefinitionPath = 'audiences' | 'computed-traits' | 'destinations' | 'journeys';

/** Definitions with their tags, so that nobody's change is written over. */
export function definitionsOf({ call, tagged }: Transport) {
  const where = (kind: DefinitionPath, key: string) => path`/v1/${kind}/${key}`;
  return {
    get: <Stored>(kind: DefinitionPath, key: string): Promise<Tagged<Stored>> =>
      tagged<Stored>({ method: 'GET', path: where(kind, key) }),
    /** Saves while it is what the tag says; without a tag, while there is none. Throws 412 otherwise. */
    put: <Stored>(kind: DefinitionPath, key: string, definition: object, etag: string | undefined) =>
      tagged<Stored>({
        ...{ method: 'PUT', path: where(kind, key), body: definition },
        headers: etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag },
      }),
    delete: (kind: DefinitionPath, key: string, etag: string | undefined) =>
      call<void>({
        ...{ method: 'DELETE', path: where(kind, key) },
        ...(etag !== undefined && { headers: { 'if-match': etag } }),
      }),
  };
}
