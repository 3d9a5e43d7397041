import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** A bare checkout in a temporary folder: the real scripts, one small source file, and the packages of this one unless left out. */
export class Checkout {
  readonly path = mkdtempSync(join(tmpdir(), 'heddle-checkout-'));
  readonly tools = join(this.path, 'tools');

  constructor({ packages }: { readonly packages: 'installed' | 'missing' }) {
    for (const name of ['scripts', 'bin', 'package.json', 'package-lock.json', '.swcrc']) {
      cpSync(join(root, name), join(this.path, name), { recursive: true });
    }
    if (packages === 'installed') symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'));
    this.write('src/cli/main.ts', 'console.log("the command line runs", ...process.argv.slice(2));\n');
    mkdirSync(this.tools);
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), content);
  }

  /** Puts a command on the PATH of `run`, which has nothing else on it. */
  tool(name: string, script: string): void {
    const file = join(this.tools, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Puts the machine's own command on the PATH of `run`. */
  ownTool(name: string, path: string): void {
    symlinkSync(path, join(this.tools, name));
  }

  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const child = spawn(process.execPath, args, { cwd: this.path, env: { PATH: this.tools, HOME: this.path, ...env } });
    let output = '';
    const keep = (data: Buffer) => void (output += data.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const code = await new Promise<number | null>((end) => child.once('close', end));
    return { code, output };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
