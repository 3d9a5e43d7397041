import { diagnose } from './doctor';

describe('diagnose, of servers that run', () => {
  it('finds the database with transactions and Temporal with its search attributes, and misses the workers', async () => {
    const env = {
      MONGODB_URI: process.env['HEDDLE_TEST_MONGODB_URI'],
      MONGODB_DATABASE: `doctor_${process.pid}`,
      TEMPORAL_ADDRESS: process.env['HEDDLE_TEST_TEMPORAL_ADDRESS'],
    };
    const { checks } = await diagnose({ env, servers: 'named', apiUrl: 'http://127.0.0.1:1' });
    const statusOf = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
    expect(checks.filter(({ name, status }) => name === 'mongodb' && status === 'failed')).toEqual([]);
    expect(statusOf).toMatchObject({
      mongodb: 'ok',
      transactions: 'ok',
      temporal: 'ok',
      namespace: 'ok',
      'search attributes': 'ok',
      'worker: intake': 'failed',
      api: 'failed',
    });
  });

  it('says what to do about a namespace that is not there', async () => {
    const env = { TEMPORAL_ADDRESS: process.env['HEDDLE_TEST_TEMPORAL_ADDRESS'], TEMPORAL_NAMESPACE: 'elsewhere' };
    const { checks } = await diagnose({ env, servers: 'named', apiUrl: 'http://127.0.0.1:1' });
    expect(checks.find(({ name }) => name === 'namespace')?.remedy).toContain(
      'temporal operator namespace create --namespace elsewhere',
    );
  });
});
