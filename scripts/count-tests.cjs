// A jest reporter that leaves the counts of a run where scripts/test.mjs finds them; `--json` would print a line after the summary.
const { writeFileSync } = require('node:fs');

module.exports = class CountTests {
  onRunComplete(_, results) {
    const counts = Object.entries(results).filter(([name]) => name.startsWith('num'));
    writeFileSync(process.env.HEDDLE_TEST_COUNTS, JSON.stringify(Object.fromEntries(counts)));
  }
};
