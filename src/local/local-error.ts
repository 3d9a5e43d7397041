/** Something about this machine that its user can put right; the message says what happened and what to do. */
export class LocalError extends Error {
  readonly code = 'local';
  constructor(message: string) {
    super(message);
    this.name = 'LocalError';
  }
}
