import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { listen, openTestApi } from '../../src/testing/test-api';

jest.setTimeout(180_000);

const local = process.env['HEDDLE_LOCAL_DIR'] ?? resolve(__dirname, '../../.local');
const tool = join(local, 'tools/bin/schemathesis');
const isInstalled = existsSync(tool);
const title = 'finds no answer of the API that is a fault of ours or not as documented';

const seconds = 45;
/** What must hold of any answer. What the document leaves open, such as which texts are refused, is not a fault. */
const checks = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'],
  ...['unsupported_method', 'ignored_auth'],
].join(',');

describe('schemathesis', () => {
  if (!isInstalled) {
    it.skip(`${title} (skipped: npm run setup:schemathesis installs the tool)`, () => undefined);
    return;
  }
  it(title, async () => {
    const api = await openTestApi();
    const { apiKey } = await api.createWorkspace();
    const { server, url } = await listen(api.app);
    const folder = mkdtempSync(join(tmpdir(), 'heddle-schemathesis-'));
    const args = [
      ...['run', `${url}/openapi.json`, '--url', url, '--header', `Authorization: Bearer ${apiKey}`],
      ...['--checks', checks, '--phases', 'coverage,fuzzing', '--max-examples', '5', '--max-time', String(seconds)],
      ...['--seed', '1', '--no-color', '--no-shrink', '--suppress-health-check', 'all', '--warnings', 'off'],
      ...['--exclude-path', '/v1/workspaces'],
    ];
    try {
      const { code, output } = await run(args, folder);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    } finally {
      server.closeAllConnections();
      server.close();
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function run(args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done) => {
    const options = { cwd, maxBuffer: 64 * 1_048_576, timeout: (seconds + 90) * 1_000 };
    const child = execFile(tool, [...args], options, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}
