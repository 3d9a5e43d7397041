/** Why no answer came back. */
export class SendError extends Error {
  override readonly name = 'SendError';

  constructor(
    /** `blocked`: the target is not one we send to · `timeout`, `network`: nobody answered. */
    readonly kind: 'blocked' | 'timeout' | 'network',
    /** Short and stable: `private-address`, `ECONNREFUSED`. */
    readonly code: string,
    message: string,
    /** The vendor may have got the request all the same. */
    readonly mayHaveArrived: boolean,
  ) {
    super(message);
  }
}
