import { fnv1a } from '../fnv';

export const slotCount = 1_024;

/** Which of the clocks' 1,024 slots an id belongs to: spread evenly and the same everywhere. */
export const slotOf = (id: string): number => fnv1a(id) % slotCount;
