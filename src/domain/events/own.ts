/** Before the names and message ids of events that only Heddle itself makes. Nobody can send one, and no rule asks for one by its name. */
export const ownMark = 'heddle:';

export const isOwn = (text: string): boolean => text.startsWith(ownMark);
