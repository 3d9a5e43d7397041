import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { missingSearchAttributes, searchAttributes } from '../../local/search-attributes';
import { queueNames } from '../../temporal-names';
import { causeOf, failed, ok, type Check } from './check';

/** TaskQueueType of temporal.api.enums.v1. */
const workflowTasks = 1;

/** Whether Temporal answers, has the namespace and its search attributes, and has workers on every task queue. */
export async function checkTemporal(address: string | undefined, namespace: string): Promise<readonly Check[]> {
  if (!address) {
    return [
      failed('temporal', 'TEMPORAL_ADDRESS is not set', 'Set TEMPORAL_ADDRESS, or run `heddle dev`, which starts one.'),
    ];
  }
  const connection = Connection.lazy({ ...loadClientConnectConfig().connectionOptions, address });
  try {
    return await connection.withDeadline(Date.now() + 5_000, async () => {
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      const server = ok('temporal', `answers, version ${serverVersion}`);
      const space = await checkNamespace(connection, namespace);
      if (space.status !== 'ok') return [server, space];
      return [
        server,
        space,
        await checkAttributes(connection, namespace),
        ...(await checkWorkers(connection, namespace)),
      ];
    });
  } catch (error) {
    return [
      failed(
        'temporal',
        causeOf(error),
        'Start Temporal, or correct TEMPORAL_ADDRESS and its API key or TLS settings.',
      ),
    ];
  } finally {
    await connection.close();
  }
}

async function checkNamespace(connection: Connection, namespace: string): Promise<Check> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return ok('namespace', namespace);
  } catch (error) {
    return failed(
      'namespace',
      causeOf(error),
      `Run \`temporal operator namespace create --namespace ${namespace} --retention 7d\`.`,
    );
  }
}

async function checkAttributes(connection: Connection, namespace: string): Promise<Check> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return ok('search attributes', Object.keys(searchAttributes).join(', '));
  const names = missing.map(({ name }) => name);
  const flags = names.map((name) => `--name ${name} --type ${searchAttributes[name]}`).join(' ');
  return failed(
    'search attributes',
    `missing: ${names.join(', ')}`,
    `Run \`temporal operator search-attribute create ${flags}\`.`,
  );
}

async function checkWorkers(connection: Connection, namespace: string): Promise<readonly Check[]> {
  return Promise.all(
    queueNames.map(async (name) => {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType: workflowTasks,
      });
      const found = `${pollers?.length ?? 0} polling`;
      if (pollers?.length) return ok(`worker: ${name}`, found);
      return failed(
        `worker: ${name}`,
        found,
        'Start a worker that serves this queue (HEDDLE_QUEUES, or all by default).',
      );
    }),
  );
}
