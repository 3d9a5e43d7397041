import type { z } from 'zod';
import { toPointer, type Fault } from './problem';

/** What a type demands of its settings or secrets; `part` is the field of the body they come in. */
export function checkSettings(schema: z.ZodType, value: unknown, part: string): Fault[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => ({
    in: 'body',
    pointer: `/${part}${toPointer(path)}`,
    message,
  }));
}

/** Otherwise whoever may change settings could read secrets, by having them sent to a host of their own. */
export const secretsGoElsewhere: Fault = {
  in: 'body',
  pointer: '/secrets',
  message: 'With these settings the secrets go to another host than before; send them again.',
};

interface Kind {
  readonly settings: z.ZodType;
  secretsGoTo?(settings: unknown): string;
}

/** Settings that are not accepted go nowhere; that they are not is another fault's. */
export function originOfSecrets(kind: Kind, settings: unknown): string | undefined {
  const parsed = kind.settings.safeParse(settings);
  return parsed.success ? kind.secretsGoTo?.(parsed.data) : undefined;
}
