import type { WorkspaceId } from '../../../domain/ids';
import type { ChangeFeedDoc } from '../../../store/change-feeds';
import { Problem } from '../../problem';

export interface StreamLimits {
  /** Of one process, and of one workspace there. */
  readonly most: number;
  readonly ofWorkspace: number;
  /** How long one goes on before the client is to connect again, which spreads streams over processes and lets them see new rights. */
  readonly seconds: number;
}

/** For how long what one stream has found out is true enough for the others of the same audience. */
const sharedMs = 100;

/** The streams that this process has open: how many there may be, and what they need not ask each for itself. */
export class ChangeStreams {
  #open = 0;
  readonly #byWorkspace = new Map<WorkspaceId, number>();
  readonly #looks = new Map<string, Promise<ChangeFeedDoc>>();

  constructor(readonly limits: StreamLimits) {}

  get open(): number {
    return this.#open;
  }

  /** A place for one more stream, to be given back once. Throws 429. */
  take(ws: WorkspaceId): () => void {
    const own = this.#byWorkspace.get(ws) ?? 0;
    if (own >= this.limits.ofWorkspace || this.#open >= this.limits.most) throw tooManyStreams();
    this.#count(ws, 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#count(ws, -1);
      isTaken = false;
    };
  }

  /** What `look` finds; one look answers all who ask for the same feed while it lasts, and shortly after. */
  share(feed: ChangeFeedDoc, look: () => Promise<ChangeFeedDoc>): Promise<ChangeFeedDoc> {
    const known = this.#looks.get(feed._id);
    if (known) return known;
    const found = look();
    const forget = () => void this.#looks.delete(feed._id);
    this.#looks.set(feed._id, found);
    found.then(() => setTimeout(forget, sharedMs).unref(), forget);
    return found;
  }

  #count(ws: WorkspaceId, by: number): void {
    this.#open += by;
    const own = (this.#byWorkspace.get(ws) ?? 0) + by;
    if (own > 0) this.#byWorkspace.set(ws, own);
    else this.#byWorkspace.delete(ws);
  }
}

const tooManyStreams = (): Problem =>
  new Problem(
    429,
    'too-many-streams',
    'As many streams are open as there may be. End one, or ask for pages of the same changes: the cursors are the same.',
    { headers: { 'Retry-After': '5' } },
  );
