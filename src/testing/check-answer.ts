import Ajv2020 from 'ajv/dist/2020';
import type { Response } from 'supertest';
import type { documentRoutes } from '../api/openapi';
import type { Route } from '../api/route';

/** Answers what of an answer the OpenAPI document does not describe; nothing when it is as described. */
export function createAnswerCheck(document: ReturnType<typeof documentRoutes>) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', ...document });
  return ({ method, path, problemBody }: Route, { status, body, text, type }: Response): readonly unknown[] => {
    const operation = document.paths[path]?.[method] as { responses: Record<string, unknown> };
    const named = String(status) in operation.responses ? String(status) : 'default';
    const media = named === 'default' && !problemBody ? 'application/problem+json' : type;
    if (status === 204) return text === '' ? [] : ['a body beside 204'];
    const pointer = ['paths', path, method, 'responses', named, 'content', media, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const isValid = ajv.validate({ $ref: `openapi#/${pointer}` }, media.startsWith('text/') ? text : body);
    return isValid ? [] : (ajv.errors ?? []);
  };
}
