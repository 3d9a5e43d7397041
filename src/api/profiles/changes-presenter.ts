import { z } from 'zod';
import type { ChangeSet } from '../../domain/profiles/change-set';
import type { EventPreview } from '../../folding/preview-event';
import { IdentifierBody, presentIdentifiers, type Sight } from './presenter';

/** What becomes of people and their runs: what a dry run answers. */
export const ChangesBody = z.strictObject({
  profiles: z
    .array(
      z.strictObject({
        id: z.string(),
        identifiers: z.array(IdentifierBody),
        enters: z.array(z.string()),
        leaves: z.array(z.string()),
      }),
    )
    .meta({ description: 'Each as it would be known, and the audiences that it would enter and leave' }),
  enrollments: z
    .array(z.strictObject({ id: z.string(), journey: z.string(), profile: z.string(), reason: z.string().optional() }))
    .meta({ description: 'Runs that would go on as those of another profile; with a reason those that would end' }),
  events: z.int().meta({ description: 'Events since the merge that would go along' }),
});

export function presentChanges({ changes, unmerge }: EventPreview, sight: Sight): z.output<typeof ChangesBody> {
  const living = changes.profiles.map(({ profile }) => profile);
  const edgesOf = (id: string, edge: ChangeSet['edges'][number]['edge']): string[] =>
    changes.edges.filter((one) => one.profile === id && one.edge === edge).map(({ audience }) => audience);
  return {
    profiles: living.map((profile) => ({
      id: profile.id,
      identifiers: presentIdentifiers(profile, sight),
      enters: edgesOf(profile.id, 'entered'),
      leaves: edgesOf(profile.id, 'exited'),
    })),
    enrollments: changes.enrollments.map(({ enrollment: { id, journey, profile, reason } }) => ({
      ...{ id, journey, profile },
      ...(reason !== undefined && { reason }),
    })),
    events: unmerge?.division.mine.length ?? 0,
  };
}
