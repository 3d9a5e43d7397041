import type { JsonObject } from '../domain/json';
import { path, type Transport } from './transport';

interface ListedSchema {
  readonly kind: string;
  readonly title: string;
  readonly path: string;
}

/** What definitions may say, as JSON Schema. */
export function schemasOf({ call }: Transport) {
  return {
    list: () => call<{ readonly data: readonly ListedSchema[] }>({ method: 'GET', path: '/v1/schemas' }),
    get: (kind: string) => call<JsonObject>({ method: 'GET', path: path`/v1/schemas/${kind}` }),
  };
}
