import { rmSync } from 'node:fs';
import { stopTestServers } from './global-setup';

export default async function globalTeardown(): Promise<void> {
  await stopTestServers();
  const { folder } = globalThis.heddleTestServers ?? {};
  if (folder) rmSync(folder, { recursive: true, force: true });
}
