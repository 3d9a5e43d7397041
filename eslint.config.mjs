import tseslint from 'typescript-eslint';

/** One rule per room: what a folder must not import. The arrows of ARCHITECTURE.md, enforced. */
const arrows = (files, patterns, message) => ({
  files: files.flatMap((folder) => [`src/${folder}/**/*.ts`]),
  ignores: ['**/*.test.ts', '**/*.testsuite.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] },
});
const room = (name) => [`**/${name}/**`];
const rooms = (...names) => names.flatMap(room);
/** Builders and fakes: for tests only. Twins also play the vendors of the demo, for the command line. */
const testing = rooms('testing', 'twins');
const servers = ['mongodb', 'express', '@temporalio/*', 'undici', 'pino'];

const overHttp = rooms(
  'store',
  'folding',
  'destinations',
  'sources',
  'simulation',
  'activities',
  'workflows',
  'workers',
  'api',
);
const plainSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
];

export default tseslint.config(
  { ignores: ['dist/**', '.local/**', 'node_modules/**', 'coverage/**', 'examples/data/**'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.testsuite.ts'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'no-restricted-syntax': [
        'error',
        ...plainSyntax,
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only src/config.ts reads the environment.',
        },
      ],
    },
  },
  {
    files: ['src/config.ts', 'src/local/**/*.ts', 'src/testing/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...plainSyntax] },
  },
  arrows(
    ['domain'],
    [
      ...rooms(
        'store',
        'destinations',
        'sources',
        'folding',
        'simulation',
        'activities',
        'workflows',
        'workers',
        'api',
        'client',
        'cli',
        'code',
        'local',
      ),
      ...testing,
      'node:*',
      ...servers,
    ],
    'The domain is pure: no I/O, nothing from outside domain/.',
  ),
  {
    files: ['src/domain/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument in domain/.' },
        { object: 'Math', property: 'random', message: 'Chance is an argument in domain/.' },
      ],
    },
  },
  arrows(
    ['store'],
    [
      ...rooms(
        'destinations',
        'sources',
        'folding',
        'simulation',
        'activities',
        'workflows',
        'workers',
        'api',
        'client',
        'cli',
        'local',
      ),
      ...testing,
    ],
    'store → domain only.',
  ),
  arrows(
    ['folding'],
    [
      ...rooms('sources', 'activities', 'workflows', 'workers', 'api', 'client', 'cli', 'local'),
      ...testing,
      '**/destinations/send-*',
    ],
    'folding reads what a fold is told: domain, store, and of destinations what describes them.',
  ),
  arrows(
    ['destinations'],
    [
      ...rooms('store', 'simulation', 'activities', 'workflows', 'workers', 'api', 'client', 'cli', 'local'),
      ...testing,
    ],
    'destinations → domain only.',
  ),
  arrows(
    ['sources'],
    [
      ...rooms('store', 'simulation', 'activities', 'workflows', 'workers', 'api', 'client', 'cli', 'local'),
      ...testing,
    ],
    'sources → domain, and of destinations the guarded way out.',
  ),
  arrows(
    ['activities'],
    [...rooms('workers', 'api', 'client', 'cli', 'local'), ...testing, '!@temporalio/client'],
    'activities → domain, store, destinations.',
  ),
  arrows(
    ['simulation'],
    [...rooms('sources', 'workflows', 'workers', 'api', 'client', 'cli', 'local'), ...testing],
    'simulation runs what runs live, over a memory: domain, folding, and of activities what journeys do.',
  ),
  arrows(
    ['workers'],
    [...rooms('api', 'client', 'cli', 'local'), ...testing, '!@temporalio/client'],
    'workers put activities, workflows and store together; they know no other process.',
  ),
  arrows(
    ['local'],
    [
      ...rooms(
        'domain',
        'store',
        'destinations',
        'sources',
        'activities',
        'workflows',
        'workers',
        'api',
        'client',
        'cli',
      ),
      ...testing,
      '!@temporalio/client',
    ],
    'local/ starts processes; it knows nothing of what runs in them.',
  ),
  {
    files: ['src/workflows/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', 'mongodb', 'express', 'zod', 'undici', 'pino', '**/*.schema'],
              message: 'Workflow code is deterministic and small.',
            },
            {
              group: [
                ...rooms('store', 'destinations', 'sources', 'simulation', 'workers', 'api', 'client', 'cli', 'local'),
                ...testing,
                '!@temporalio/client',
              ],
              message: 'workflows → domain, types of activities.',
            },
            {
              group: rooms('activities'),
              allowTypeImports: true,
              message: 'Workflows import only the types of activities.',
            },
          ],
        },
      ],
    },
  },
  arrows(
    ['api'],
    [
      ...rooms('activities', 'simulation', 'workers', 'client', 'cli', 'local'),
      ...testing,
      '**/destinations/send-*',
      '!@temporalio/client',
    ],
    'api → domain, store, workflows/doorbells, and of destinations what describes them: nothing is sent from here.',
  ),
  arrows(
    ['client'],
    [...overHttp, ...rooms('cli', 'local'), ...testing, 'node:*', ...servers],
    'The client runs in browsers and reaches the server over HTTP only.',
  ),
  arrows(
    ['code'],
    [...overHttp, ...rooms('client', 'cli', 'local'), ...testing, 'node:*', ...servers],
    'code → domain only: definitions are written where no server is.',
  ),
  arrows(
    ['schemas'],
    [
      ...rooms('store', 'folding', 'activities', 'workflows', 'workers', 'api', 'client', 'cli', 'code', 'local'),
      ...testing,
      'node:*',
      '**/destinations/send-*',
    ],
    'schemas → domain, and what destinations and sources say of themselves.',
  ),
  arrows(
    ['browser'],
    ['../*', 'node:*', ...servers, 'zod'],
    'The script of pages is all there is in a page: it imports nothing but itself.',
  ),
  arrows(['cli'], [...overHttp, ...room('testing')], 'The command line reaches the server over HTTP only.'),
  arrows(
    ['twins'],
    [...rooms('domain', 'client', 'cli', 'local', 'testing'), ...overHttp, ...servers],
    'A twin stands for a vendor: it knows the protocol and nothing of Heddle.',
  ),
  {
    files: ['**/*.test.ts', '**/*.testsuite.ts', 'src/testing/**/*.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off' },
  },
);
