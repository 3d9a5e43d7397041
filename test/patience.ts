// With real servers on a machine that does other things, a test takes seconds, at times many; files whose tests take longer say so themselves.
jest.setTimeout(180_000);
