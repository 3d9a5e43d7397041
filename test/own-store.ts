// Every jest worker has a MongoDB of its own (test/global-setup.ts): which of them this one is.
const uris = (process.env['HEDDLE_TEST_MONGODB_URIS'] ?? '').split(' ');
process.env['HEDDLE_TEST_MONGODB_URI'] = uris[(Number(process.env['JEST_WORKER_ID']) - 1) % uris.length];
