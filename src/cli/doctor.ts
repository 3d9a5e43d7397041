import { ConfigError, loadConfig } from '../config';
import { findInstallation, type Installation } from '../local/installation';
import { checkApi } from './doctor/check-api';
import { failed, ok, warning, type Check } from './doctor/check';
import { checkDisk, checkEmbedded, checkNode, checkPython } from './doctor/check-machine';
import { checkMongodb } from './doctor/check-mongodb';
import { checkTemporal } from './doctor/check-temporal';
import { plain } from './table';

export interface Diagnosis {
  /** False when any check failed; warnings leave it true. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Looks at everything an installation needs, side by side. Changes nothing. */
export async function diagnose(installation: Installation = findInstallation()): Promise<Diagnosis> {
  const { env, apiUrl } = installation;
  const here = [checkNode(), checkEmbedded(installation), ...checkConfiguration(installation)];
  const answers = await Promise.all([
    ...[checkPython(), checkDisk(), checkApi(apiUrl)].map(async (check) => [await check]),
    checkMongodb(env['MONGODB_URI'], env['MONGODB_DATABASE'] ?? 'heddle'),
    checkTemporal(env['TEMPORAL_ADDRESS'], env['TEMPORAL_NAMESPACE'] ?? 'default'),
  ]);
  const all = [...here, ...answers.flat()];
  return { ok: all.every(({ status }) => status !== 'failed'), checks: all };
}

function checkConfiguration({ env, servers }: Installation): readonly Check[] {
  const page = 'See docs/operations/configuration.md.';
  try {
    loadConfig(env);
    return [ok('configuration', `complete; servers ${servers}`)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Nothing runs yet and nothing is set: `heddle dev` will fill it all in.
    if (servers === 'not started' && error.problems.every((problem) => problem.includes(' is not set'))) {
      return [
        warning(
          'configuration',
          'nothing is set and nothing runs',
          'Run `npm start`, or set the variables of docs/operations/configuration.md.',
        ),
      ];
    }
    return error.problems.map((problem) => failed('configuration', problem, page));
  }
}

/** Prints the diagnosis; 0 when all is well, otherwise 1. */
export async function doctor(
  { json }: { readonly json: boolean },
  write: (text: string) => unknown = (text) => process.stdout.write(text),
  installation: Installation = findInstallation(),
): Promise<number> {
  const diagnosis = await diagnose(installation);
  write(json ? `${JSON.stringify(diagnosis)}\n` : diagnosis.checks.map(lineOf).join(''));
  return diagnosis.ok ? 0 : 1;
}

const marks = { ok: '✓', warning: '!', failed: '✗' } as const;

function lineOf({ name, status, found, remedy }: Check): string {
  const line = `${marks[status]} ${name.padEnd(18)} ${plain(found)}\n`;
  return remedy === undefined ? line : `${line}    → ${plain(remedy)}\n`;
}
