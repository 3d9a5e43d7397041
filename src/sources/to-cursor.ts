import type { Json } from '../domain/json';
import type { PullCursor } from './source';

/** A place as it is stored: fields that are absent stay absent. */
export const toCursor = (place: object): PullCursor => JSON.parse(JSON.stringify(place)) as Json;
