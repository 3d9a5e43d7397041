/** How a command ends: all well, failed, called wrongly, nobody there. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A sentence for the user, with its remedy; never shown with a stack trace. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = exitCodes.failed,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

export const usageError = (message: string): CommandError => new CommandError(message, exitCodes.usage);
