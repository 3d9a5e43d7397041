import type { WorkspaceId } from '../domain/ids';

export interface DoorbellOptions<To> {
  /** Signals a workflow. */
  readonly ring: (to: To) => Promise<unknown>;
  /** The same for those who are the same workflow. */
  readonly nameOf: (to: To) => string;
  /** At most one ring of the same in this time. */
  readonly everyMs?: number;
  /** Runs `then` later, once. Tests pass their own. */
  readonly later?: (then: () => void, delayMs: number) => void;
}

const usualEveryMs = 50;

function later(then: () => void, delayMs: number): void {
  setTimeout(then, delayMs).unref();
}

/**
 * A doorbell that many may push at once: it rings for the first push, and once more at the end of the interval for all who pushed
 * during it, though not while the ring before is on its way. A workflow takes one signal after the other, and those that wait for
 * it keep it from its work; at a hundred that it has not seen Temporal fails its task. What is answered resolves, or rejects, with a
 * ring that began after the push.
 */
export function createDoorbell<To>(options: DoorbellOptions<To>): (to: To) => Promise<void> {
  const { nameOf, everyMs = usualEveryMs, later: schedule = later } = options;
  /** Who was rung in this interval: its end, and the ring after it once somebody has asked for one. */
  const resting = new Map<string, { readonly over: Promise<unknown>; next?: Promise<void> }>();

  const begin = (to: To): Promise<void> => {
    const rung = options.ring(to).then(() => undefined);
    const interval = new Promise<void>((ends) => schedule(ends, everyMs));
    const rest: { readonly over: Promise<unknown>; next?: Promise<void> } = {
      over: Promise.allSettled([rung, interval]),
    };
    resting.set(nameOf(to), rest);
    void rest.over.then(() => {
      if (!rest.next) resting.delete(nameOf(to));
    });
    return rung;
  };

  return (to) => {
    const rest = resting.get(nameOf(to));
    if (!rest) return begin(to);
    rest.next ??= rest.over.then(() => begin(to));
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
