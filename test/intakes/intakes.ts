import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { WorkspaceId } from '../../src/domain/ids';
import type { Store } from '../../src/store/store';
import type { IntakeOrder, IntakeReport } from './intake-process';

/** An intake in a process of its own, over the store of a test. */
export class Intake {
  private constructor(
    readonly child: ChildProcess,
    readonly store: Store,
  ) {}

  /** Resolves when it can be told what to do. */
  static async start(store: Store): Promise<Intake> {
    const [loader, script] = ['../../bench/typescript.cjs', 'intake-process.ts'].map((file) =>
      resolve(__dirname, file),
    );
    const child = fork(loader ?? '', [script ?? ''], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    await once(child, 'message');
    return new Intake(child, store);
  }

  /** Applies until nothing is pending, and ends. `undefined` when it died. */
  async apply(
    ws: WorkspaceId,
    order: Pick<IntakeOrder, 'docs' | 'batchSize' | 'diesAt'>,
  ): Promise<IntakeReport | undefined> {
    const { db, masterKey } = this.store.connection;
    let report: IntakeReport | undefined;
    this.child.once('message', (message) => (report = message as IntakeReport));
    const exited = once(this.child, 'exit') as Promise<[code: number | null]>;
    const uri = process.env['HEDDLE_TEST_MONGODB_URI'] ?? '';
    const where = { uri, database: db.databaseName, masterKey: masterKey.toString('base64'), ws };
    this.child.send({ ...where, ...order } satisfies IntakeOrder);
    const [code] = await exited;
    if (code !== null && code > 0) throw new Error('An intake failed; it has said why.');
    return report;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
