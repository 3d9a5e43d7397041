import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem';

export interface FlightLimits {
  readonly maxBodyBytes: number;
  readonly maxBytesInFlight: number;
  readonly maxKeyBytesInFlight: number;
}

/** Bytes of one request, counted from before its body is read until it is answered. */
export interface Reservation {
  /** Corrects what was guessed before the body was read. */
  resize(bytes: number): void;
  release(): void;
}

/**
 * Bodies that are being read, parsed and stored, counted in bytes: what is over the limit is refused before it is read, so that
 * memory stays flat however much is sent. `holder` is a key or an address; one of them never has more than its share.
 */
export class BytesInFlight {
  #all = 0;
  readonly #byHolder = new Map<string, number>();

  constructor(readonly limits: FlightLimits) {}

  get bytes(): number {
    return this.#all;
  }

  /** Throws 429 when the holder, or 503 when the process, has too much in flight. A holder with nothing in flight may always have one. */
  reserve(holder: string, bytes: number): Reservation {
    const held = this.#byHolder.get(holder) ?? 0;
    if (bytes > 0 && held > 0 && held + bytes > this.limits.maxKeyBytesInFlight) throw busy(429);
    if (bytes > 0 && this.#all > 0 && this.#all + bytes > this.limits.maxBytesInFlight) throw busy(503);
    let counted = 0;
    const resize = (to: number): void => {
      this.#add(holder, to - counted);
      counted = to;
    };
    resize(bytes);
    return { resize, release: () => resize(0) };
  }

  #add(holder: string, bytes: number): void {
    this.#all += bytes;
    const held = (this.#byHolder.get(holder) ?? 0) + bytes;
    if (held > 0) this.#byHolder.set(holder, held);
    else this.#byHolder.delete(holder);
  }
}

const busyDetails = {
  429: 'This sender has as many bytes in flight as it may. Nothing of this request was taken; send it again when others are answered.',
  503: 'The server takes as many bytes as it can. Nothing of this request was taken; send it again.',
} as const;

function busy(status: 429 | 503): Problem {
  const code = status === 429 ? 'too-much-in-flight' : 'overloaded';
  return new Problem(status, code, busyDetails[status], { headers: { 'Retry-After': '1' } });
}

/** What JSON of events shrinks to about, compressed. */
const usualRatio = 8;

/** The bytes a body will take: as announced, several times that when it is compressed, the most there may be when it does not say. */
export function expectedBytes({ headers }: Pick<IncomingMessage, 'headers'>, maxBodyBytes: number): number {
  const announced = Number(headers['content-length'] ?? Number.NaN);
  if (Number.isNaN(announced)) return headers['transfer-encoding'] === undefined ? 0 : maxBodyBytes;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  return Math.min(encoding === 'identity' ? announced : announced * usualRatio, maxBodyBytes);
}
