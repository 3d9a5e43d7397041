import os from 'node:os';

/**
 * Stands in for the driver's module of this name: it loads `os` by a dynamic import, which jest's sandbox refuses. The driver
 * swallows that and introduces itself without its name, and MongoDB turns such clients away.
 */
export const resolveRuntimeAdapters = async (options: { readonly runtimeAdapters?: { readonly os?: typeof os } }) => ({
  os: options.runtimeAdapters?.os ?? os,
});
