import type { Logger } from 'pino';
import type { OutboxDoc } from '../store/documents';
import type { OutboxRepository } from '../store/outbox';
import type { OutboxWork } from '../domain/profiles/change-set';

/** How each kind of work is carried out. Doing one twice does no harm; throwing leaves it for the next sweep. */
export type OutboxHandlers = {
  readonly [Kind in OutboxWork['kind']]: (row: OutboxDoc, work: Extract<OutboxWork, { kind: Kind }>) => Promise<void>;
};

const atOnce = 16;

export class Outbox {
  constructor(
    readonly rows: OutboxRepository,
    readonly handlers: OutboxHandlers,
    readonly log: Logger,
  ) {}

  /** Carries rows out and deletes those that worked. Never throws for a row: it stays, and the clock comes back to it. */
  async carryOut(rows: readonly OutboxDoc[]): Promise<void> {
    for (let start = 0; start < rows.length; start += atOnce) {
      const chunk = rows.slice(start, start + atOnce);
      const results = await Promise.all(chunk.map((row) => this.#try(row)));
      await this.rows.done(chunk.filter((_, index) => results[index] === true));
    }
  }

  async #try(row: OutboxDoc): Promise<boolean> {
    try {
      await this.#dispatch(row);
      return true;
    } catch (error) {
      this.log.warn(
        { ws: row.ws, kind: row.work.kind, error: error instanceof Error ? error.name : 'unknown' },
        'outbox work waits for the next sweep',
      );
      return false;
    }
  }

  #dispatch(row: OutboxDoc): Promise<void> {
    const { work } = row;
    switch (work.kind) {
      case 'start-enrollment':
        return this.handlers['start-enrollment'](row, work);
      case 'wake':
        return this.handlers.wake(row, work);
      case 'sync':
        return this.handlers.sync(row, work);
      case 'backfill':
        return this.handlers.backfill(row, work);
      case 'group':
        return this.handlers.group(row, work);
      case 'operation':
        return this.handlers.operation(row, work);
      case 'pull-schedule':
        return this.handlers['pull-schedule'](row, work);
      case 'journey-schedule':
        return this.handlers['journey-schedule'](row, work);
    }
  }
}
