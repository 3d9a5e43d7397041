import { run } from '../cli/run';
import { openScriptedApi } from './scripted-api';

/** Runs one command of `heddle` against an API that answers as `answer` says: its exit code, all that it printed, and what it asked. */
export async function runHeddle(answer: Parameters<typeof openScriptedApi>[0], ...argv: string[]) {
  const api = await openScriptedApi(answer);
  let out = '';
  const write = (text: string) => (out += text);
  const code = await run(argv, {
    ...{ out: { write }, err: { write }, cwd: '/', wait: async () => undefined },
    env: { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management' },
    stdin: (async function* () {})(),
  });
  await api.close();
  return { code, out, asked: api.requests.map(({ method, url }) => `${method} ${url}`) };
}
