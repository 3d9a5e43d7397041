import type { Node, Steps } from './flow';

type Placed = Map<string, object>;
/** What a way leads to; nothing is the end of the run. */
type Target = string | undefined;

/** Gives every step its name and says where each leads. Throws for a name that two have, and for a flow that stands in two places. */
export function placeSteps(main: Steps, apart: readonly Steps[]): { readonly start: string; readonly steps: object } {
  const all = [main, ...apart].flatMap(nodesBelow);
  if (new Set(all).size < all.length)
    throw new Error('A flow stands in two places; name a step of it, and lead there with goTo.');
  const placing: Placing = { names: namesOf(all), placed: new Map() };
  const start = placeFlow(placing, main, undefined) ?? endOf(placing);
  for (const flow of apart) placeFlow(placing, flow, undefined);
  return { start, steps: Object.fromEntries(placing.placed) };
}

interface Placing {
  readonly names: ReadonlyMap<Node, string>;
  readonly placed: Placed;
}

const nodesBelow = ({ nodes }: Steps): Node[] => nodes.flatMap((node) => [node, ...node.flows.flatMap(nodesBelow)]);

/** Names that were given, and for the others what they do, counted from the second on. */
function namesOf(nodes: readonly Node[]): Map<Node, string> {
  const taken = new Set<string>();
  for (const { name } of nodes) {
    if (name === undefined) continue;
    if (taken.has(name)) throw new Error(`Two steps are called "${name}"; name one of them otherwise.`);
    taken.add(name);
  }
  return new Map(nodes.map((node) => [node, node.name ?? claim(slug(node.does), taken)]));
}

function claim(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted.slice(0, 58)}-${count}`;
  taken.add(name);
  return name;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);

/** Answers where the flow begins: its first step, or what comes after it. */
function placeFlow(placing: Placing, { nodes, tail }: Steps, after: Target): Target {
  const last = tail === undefined ? after : 'goTo' in tail ? tail.goTo : undefined;
  const ids = nodes.map((node) => placing.names.get(node) ?? node.does);
  nodes.forEach((node, index) => placeNode(placing, node, { id: ids[index] ?? '', next: ids[index + 1] ?? last }));
  return ids[0] ?? last;
}

function placeNode(placing: Placing, node: Node, { id, next }: { readonly id: string; readonly next: Target }): void {
  // Steps are listed in the order in which they are written, what is inside a step after it.
  placing.placed.set(id, {});
  const needed = () => next ?? endOf(placing);
  placing.placed.set(
    id,
    node.build({ next: () => next, needed, into: (flow) => placeFlow(placing, flow, next) ?? endOf(placing) }),
  );
}

/** Where a step must lead on and nothing comes any more, an exit is made. */
function endOf({ names, placed }: Placing): string {
  const taken = new Set(names.values());
  const made = [...placed].find(([id, step]) => !taken.has(id) && 'type' in step && step.type === 'exit');
  if (made) return made[0];
  const id = claim('end', taken);
  placed.set(id, { type: 'exit' });
  return id;
}
