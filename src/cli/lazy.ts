import type * as DevModule from './dev';
import type * as DoctorModule from './doctor';
import type * as SchemasModule from '../schemas/definition-schemas';

// What starts servers, or describes destinations, loads half a second of packages, which `heddle --help` must not wait for. Not `import()`: TypeScript
// wants the extensions of compiled files in it, and the tests run the sources.
/* eslint-disable @typescript-eslint/no-require-imports */
export const loadDev = () => require('./dev') as typeof DevModule;
export const loadDoctor = () => require('./doctor') as typeof DoctorModule;
export const loadSchemas = () => require('../schemas/definition-schemas') as typeof SchemasModule;
