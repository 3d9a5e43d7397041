/**
 * Before the ids of messages that came with a public key. Anybody can send those, under any id: they have a space of their own, so that
 * none takes the place of an event of a server, which cannot send an id that begins like this.
 */
export const publicMark = 'public:';

export const isPublicId = (messageId: string | undefined): boolean => messageId?.startsWith(publicMark) === true;

/** As an event of a public key is kept, and shown to whoever reads it. */
export const toPublicId = (sent: string): string => publicMark + sent;

/** As a public key sent it: what its sender is answered. */
export const sentId = (messageId: string): string =>
  isPublicId(messageId) ? messageId.slice(publicMark.length) : messageId;
