// node bench/typescript.cjs file.ts …: runs a TypeScript file without a build.
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const options = {
  ...JSON.parse(readFileSync(resolve(__dirname, '../.swcrc'), 'utf8')),
  swcrc: false,
  sourceMaps: 'inline',
};

require.extensions['.ts'] = (module, filename) =>
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);

process.argv.splice(1, 1);
require(resolve(process.argv[1]));
