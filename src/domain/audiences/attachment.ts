/** What an audience is for at a destination: people to reach, or people to keep off. */
export const attachmentUses = ['target', 'exclude'] as const;
export type AttachmentUse = (typeof attachmentUses)[number];

/** What becomes there of people who are not wanted any more. */
export const farewells = ['remove', 'keep'] as const;
export type Farewell = (typeof farewells)[number];
