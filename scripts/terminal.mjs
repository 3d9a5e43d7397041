// What the scripts say and how they run others. Node built-ins only: this runs before `npm ci`.
import { spawn } from 'node:child_process';

/** A failure one can foresee: the message says what happened and what to do, and is all that is printed. */
export class Stop extends Error {}

/** Runs a script's main function; a Stop is one sentence and exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.stderr.write(`heddle: ${error.message}\n`);
    if (!(error instanceof Stop))
      process.stderr.write('This was not foreseen; HEDDLE_DEBUG=1 shows where it happened.\n');
    if (process.env.HEDDLE_DEBUG) process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  }
}

/** Says what is being done at once, and again every few seconds for as long as it takes. */
export async function step(title, work) {
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  process.stdout.write(`· ${title} …\n`);
  const timer = setInterval(() => process.stdout.write(`  still ${title}, ${seconds()}\n`), 5_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (Date.now() - began > 2_000) process.stdout.write(`  ${seconds()}\n`);
  }
}

/** Runs a command and resolves with its exit code and all it printed. Code 127 when there is no such command. */
export function run(command, args, { timeoutMs, ...options } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const timer = timeoutMs ? setTimeout(() => child.kill(), timeoutMs) : undefined;
    const end = (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    };
    const keep = (chunk) => void (output += chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', () => end(127));
    child.on('close', (code) => end(code ?? 1));
  });
}

const asksToEnd = ['SIGINT', 'SIGTERM'];

/**
 * Runs a command on this terminal and resolves with its exit code. What asks us to end is passed on, since it may have been sent
 * to us or to npm alone; the command decides how to end. Throws Stop when a signal ended it.
 */
export function hand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    for (const name of asksToEnd) process.on(name, pass);
    child.on('close', (code, signal) => {
      for (const name of asksToEnd) process.off(name, pass);
      if (signal) reject(new Stop(`Stopped by ${signal}.`));
      else resolve(code);
    });
  });
}

export const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';
