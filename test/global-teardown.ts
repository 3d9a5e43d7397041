import { rmSync } from 'node:fs';

export default async function globalTeardown(): Promise<void> {
  const { servers, folder } = globalThis.heddleTestServers ?? {};
  await servers?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}
