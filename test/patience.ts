// With real servers on a machine that does other things, a test takes seconds; files whose tests take longer say so themselves.
jest.setTimeout(60_000);
