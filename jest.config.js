// Three costs, three projects: `.test.ts` needs nothing, `.int.test.ts` a database and Temporal, `.e2e.test.ts` whole processes.
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }] },
  moduleNameMapper: {
    '^\\./runtime_adapters$': '<rootDir>/test/mongodb-runtime.ts',
    '^heddle/code$': '<rootDir>/src/code/builder.ts',
    '^heddle/testing$': '<rootDir>/src/simulation/testing.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.local/'],
};
const servers = {
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
  setupFiles: ['<rootDir>/test/own-store.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/patience.ts'],
};

module.exports = {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,examples,test,bench}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.int\\.test\\.ts$', '\\.e2e\\.test\\.ts$'],
    },
    { ...base, ...servers, displayName: 'integration', testMatch: ['<rootDir>/{src,test,examples}/**/*.int.test.ts'] },
    { ...base, ...servers, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.e2e.test.ts'] },
  ],
};
