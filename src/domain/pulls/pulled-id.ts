const prefix = 'pull_';

/** The message id of a pulled row that brings none, of the hash of what it says. */
export const pulledId = (hash: string): string => `${prefix}${hash}`;
export const isPulledId = (messageId: string): boolean => messageId.startsWith(prefix);
