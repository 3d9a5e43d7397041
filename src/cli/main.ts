import { setTimeout as wait } from 'node:timers/promises';
import { run } from './run';

// A reader that has seen enough (`heddle … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

void run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  // eslint-disable-next-line no-restricted-syntax -- the entry of the process hands its environment on
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  wait: (milliseconds) => wait(milliseconds),
}).then((code) => {
  process.exitCode = code;
});
