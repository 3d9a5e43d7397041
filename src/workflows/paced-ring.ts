export interface Pacing {
  /** Runs `then` later, once. Tests pass their own. */
  readonly later?: (then: () => void, delayMs: number) => void;
  /** In ms. Tests pass their own. */
  readonly clock?: () => number;
}

/** Signals or starts a workflow. */
type Ring = () => Promise<unknown>;

/** After a ring: when its rest is over, with how long the ring took, and the ring after it once somebody has asked for one. */
interface Rest {
  readonly over: Promise<number>;
  next?: Promise<void>;
}

/** Between two rings of the same, in ms: so many times as long as the last two were on their way, within these bounds. */
const restsPerRing = 10;
const leastRestMs = 50;
/** A ring is tried again for half a minute while Temporal is away: once it is back, nobody is to wait for many times that. */
const mostRestMs = 5_000;

function later(then: () => void, delayMs: number): void {
  setTimeout(then, delayMs).unref();
}

/**
 * Rings a workflow, by its id, that many may ask to be rung at once: for the first of them, and once more after a rest for all who asked
 * meanwhile. A workflow takes one signal after the other, and while one waits to be taken Temporal does nothing else of that workflow:
 * the more it has to do, the longer is the rest. What is answered resolves, or rejects, with a ring that began after it was asked for.
 */
export function createPacedRing(pacing: Pacing = {}): (workflowId: string, ring: Ring) => Promise<void> {
  const { later: schedule = later, clock = () => performance.now() } = pacing;
  const resting = new Map<string, Rest>();

  /** `before`: how long the last one took, where it was just now. One alone may be slow because all has just begun. */
  const begin = (workflowId: string, ring: Ring, before = 0): Promise<void> => {
    const startedAt = clock();
    const rung = (async () => void (await ring()))();
    const rested = async (): Promise<number> => {
      const took = clock() - startedAt;
      const restMs = Math.max(leastRestMs, restsPerRing * Math.min(took, before));
      await new Promise<void>((ends) => schedule(ends, Math.min(restMs, mostRestMs)));
      return took;
    };
    const rest: Rest = { over: rung.then(rested, rested) };
    resting.set(workflowId, rest);
    void rest.over.then(() => {
      if (!rest.next) resting.delete(workflowId);
    });
    return rung;
  };

  return (workflowId, ring) => {
    const rest = resting.get(workflowId);
    if (!rest) return begin(workflowId, ring);
    rest.next ??= rest.over.then((took) => begin(workflowId, ring, took));
    return rest.next;
  };
}
