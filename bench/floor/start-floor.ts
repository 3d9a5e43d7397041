import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { poll } from '../../src/local/poll';

export interface FloorProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a file of this folder as a process, so that a floor has one of its own as Heddle does. It ends with this one. */
export async function startFloor(
  file: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<FloorProcess> {
  const script = [resolve(__dirname, '../typescript.cjs'), resolve(__dirname, file), ...args];
  const child = spawn(process.execPath, script, { stdio: ['ignore', 'ignore', 'inherit'] });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const stop = async () => {
    process.off('exit', endWithUs);
    const exited = once(child, 'exit');
    if (child.kill('SIGKILL')) await exited;
  };
  const answer = await poll(async () => (child.exitCode !== null ? false : (await isReady()) || undefined), {
    forMs: 30_000,
  });
  if (answer && child.pid !== undefined) return { pid: child.pid, stop };
  await stop();
  throw new Error(`${file} did not become ready.`);
}
