// Adds up what the test runs say of themselves, and names what was skipped. A failed step counts as a failure, and so does a
// run without tests.
import { existsSync, readFileSync } from 'node:fs';

const [failedSteps, ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
const skipped = new Set();
for (const file of files) {
  const report = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { assertionResults } of report.testResults)
    for (const { status, fullName } of assertionResults)
      if (status !== 'passed' && status !== 'failed') skipped.add(fullName);
}
for (const name of [...skipped].toSorted()) console.log(`skipped: ${name}`);
if (passed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
