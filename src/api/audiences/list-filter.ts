import { z } from 'zod';
import { audienceKinds, kindOf } from '../../domain/audiences/manual-audience';
import type { AudienceDoc } from '../../store/documents';
import { ruleOf } from './presenter';

const shape = {
  /** Looked for in key, name and description, whatever the case. */
  q: z.string().min(1).max(200).optional(),
  label: z.string().min(1).max(100).optional(),
  kind: z.enum(audienceKinds).optional(),
  starred: z.enum(['true', 'false']).optional(),
};

/** What the list of audiences may be asked for. */
export const listFilter = {
  shape,
  keeps: (audience: AudienceDoc, query: Readonly<Record<string, unknown>>): boolean => {
    const { q, label, kind, starred } = query as z.output<z.ZodObject<typeof shape>>;
    return (
      (q === undefined || textsOf(audience).some((text) => text.toLowerCase().includes(q.toLowerCase()))) &&
      (label === undefined || (audience.labels ?? []).includes(label)) &&
      (kind === undefined || kindOf(ruleOf(audience)) === kind) &&
      (starred === undefined || (audience.isStarred === true) === (starred === 'true'))
    );
  },
};

const textsOf = ({ key, name, description = '' }: AudienceDoc): readonly string[] => [key, name, description];
