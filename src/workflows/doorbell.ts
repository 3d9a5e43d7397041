import type { WorkspaceId } from '../domain/ids';

export interface DoorbellOptions<To> {
  /** Signals a workflow. */
  readonly ring: (to: To) => Promise<unknown>;
  /** The same for those who are the same workflow. */
  readonly nameOf: (to: To) => string;
  /** Runs `then` later, once. Tests pass their own. */
  readonly later?: (then: () => void, delayMs: number) => void;
  /** In ms. Tests pass their own. */
  readonly clock?: () => number;
}

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
 * A doorbell that many may push at once: it rings for the first push, and once more after a rest for all who pushed meanwhile. A
 * workflow takes one signal after the other, and while one waits to be taken Temporal does nothing else of that workflow: the
 * more it has to do, the longer is the rest. What is answered resolves, or rejects, with a ring that began after the push.
 */
export function createDoorbell<To>(options: DoorbellOptions<To>): (to: To) => Promise<void> {
  const { nameOf, later: schedule = later, clock = () => performance.now() } = options;
  const resting = new Map<string, Rest>();

  /** `before`: how long the last one took, where it was just now. One alone may be slow because all has just begun. */
  const begin = (to: To, before = 0): Promise<void> => {
    const startedAt = clock();
    const rung = options.ring(to).then(() => undefined);
    const rested = async (): Promise<number> => {
      const took = clock() - startedAt;
      const restMs = Math.max(leastRestMs, restsPerRing * Math.min(took, before));
      await new Promise<void>((ends) => schedule(ends, Math.min(restMs, mostRestMs)));
      return took;
    };
    const rest: Rest = { over: rung.then(rested, rested) };
    resting.set(nameOf(to), rest);
    void rest.over.then(() => {
      if (!rest.next) resting.delete(nameOf(to));
    });
    return rung;
  };

  return (to) => {
    const rest = resting.get(nameOf(to));
    if (!rest) return begin(to);
    rest.next ??= rest.over.then((took) => begin(to, took));
    return rest.next;
  };
}

interface Log {
  warn(fields: object, message: string): void;
  info(message: string): void;
}

interface IntakeBellOptions extends Pick<DoorbellOptions<unknown>, 'later'> {
  /** Signals the intake of one partition, starting it where there is none. */
  readonly ring: (ws: WorkspaceId, partition: number) => Promise<unknown>;
  readonly log: Log;
}

/** The one of intakes. A ring that fails is nobody's error: events are stored, and the clock rings for whatever stays pending. */
export function createIntakeBell({
  ring,
  log,
  ...options
}: IntakeBellOptions): (ws: WorkspaceId, partition: number) => void {
  let isDown = false;
  const note = (error?: unknown): void => {
    if (error !== undefined && !isDown)
      log.warn({ code: nameOf(error) }, 'the intake cannot be rung; events wait in the store');
    if (error === undefined && isDown) log.info('the intake can be rung again');
    isDown = error !== undefined;
  };
  const push = createDoorbell<{ readonly ws: WorkspaceId; readonly partition: number }>({
    ...options,
    ring: ({ ws, partition }) => ring(ws, partition),
    nameOf: ({ ws, partition }) => `${ws}/${partition}`,
  });
  return (ws, partition) =>
    void push({ ws, partition }).then(
      () => note(),
      (error: unknown) => note(error ?? 'unknown'),
    );
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
