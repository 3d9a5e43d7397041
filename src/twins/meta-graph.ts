import { randomUUID } from 'node:crypto';
import type { TwinAnswer } from './twin-server';

export interface MetaAudience {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly members: Set<string>;
}

/** A Graph API error. */
export function graphError(status: number, code: number, message: string, subcode?: number): TwinAnswer {
  const error = {
    message,
    type: code === 190 ? 'OAuthException' : 'GraphMethodException',
    code,
    ...(subcode !== undefined && { error_subcode: subcode }),
    fbtrace_id: randomUUID(),
  };
  return { status, body: { error } };
}
