import type { EdgeKind } from './edge';

/** One stay of which an edge has no place in the feed of its audience yet. */
export interface UnplacedStay {
  readonly id: string;
  /** Whose it is: the same for all stays of one profile. */
  readonly person: string;
  /** The how manieth of the person it is, from 1. */
  readonly stay: number;
  readonly enteredAt: number;
  readonly exitedAt?: number;
  readonly hasEnteredPlace: boolean;
}

/** The places that a stay gets; none of them is where both edges lie before the beginning of the feed. */
export interface PlacedStay {
  readonly id: string;
  readonly places: { readonly [Kind in EdgeKind]?: number };
}

interface Edge {
  readonly of: UnplacedStay;
  readonly edge: EdgeKind;
  readonly at: number;
}

/**
 * Numbers what has no place yet from `last` on. The edges of one person stand as they happened, whatever their instants: a batch gives all
 * that it decides the same one. Entries before `since` are left out; whoever follows has read them among the members.
 */
export function placeEdges(
  stays: readonly UnplacedStay[],
  { since, last }: { readonly since: number; readonly last: number },
): { readonly placed: readonly PlacedStay[]; readonly last: number } {
  const edges = stays.flatMap((stay) => edgesOf(stay, since)).sort(inOrder);
  const places = new Map<string, Record<string, number>>(stays.map(({ id }) => [id, {}]));
  for (const [index, { of, edge }] of edges.entries())
    places.set(of.id, { ...places.get(of.id), [edge]: last + 1 + index });
  return { placed: [...places].map(([id, own]) => ({ id, places: own })), last: last + edges.length };
}

function edgesOf(of: UnplacedStay, since: number): Edge[] {
  const { enteredAt, exitedAt, hasEnteredPlace } = of;
  const isNew = !hasEnteredPlace && enteredAt >= since;
  return [
    ...(isNew ? [{ of, edge: 'entered' as const, at: enteredAt }] : []),
    ...(exitedAt === undefined ? [] : [{ of, edge: 'exited' as const, at: exitedAt }]),
  ];
}

function inOrder(one: Edge, other: Edge): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.of.person !== other.of.person) return one.of.person < other.of.person ? -1 : 1;
  return one.of.stay - other.of.stay || (one.edge === 'entered' ? -1 : 1);
}
