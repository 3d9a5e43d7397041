import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { findTemporal } from './binaries';
import { missingSearchAttributes } from './search-attributes';

const script = resolve(__dirname, '../../deploy/temporal/set-up-namespace.sh');
const namespace = `set_up_${process.pid}`;

describe('deploy/temporal/set-up-namespace.sh', () => {
  const address = String(process.env['HEDDLE_TEST_TEMPORAL_ADDRESS']);
  const setUp = () =>
    promisify(execFile)('/bin/sh', [script], {
      env: {
        PATH: `${dirname(findTemporal())}:/usr/bin:/bin`,
        HOME: '/nonexistent',
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
      },
    });

  it('makes the namespace with its search attributes, and makes nothing twice', async () => {
    await setUp();
    await setUp();
    const connection = await Connection.connect({ address });
    try {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 24 * 3_600);
      expect(await missingSearchAttributes(connection, namespace)).toEqual([]);
    } finally {
      await connection.close();
    }
  });
});
