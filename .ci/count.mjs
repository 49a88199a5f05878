// Adds up what the test runs say of themselves, and names what was skipped, what passed at the second try only, and what failed. A
// failed step counts as a failure, and so does a run without tests.
import { existsSync, readFileSync } from 'node:fs';

const [failedSteps, ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
const skipped = new Set();
const notAtOnce = [];
for (const file of files) {
  const report = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { assertionResults } of report.testResults)
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status !== 'passed' && status !== 'failed') skipped.add(fullName);
      const why = failureMessages
        ?.join('\n')
        .replaceAll(/^ +at .*node_modules.*\n?/gm, '')
        .slice(0, 2_000);
      if (why)
        notAtOnce.push(`${status === 'failed' ? 'failed' : 'passed at the second try'}: ${fullName}\n${why}`);
    }
}
for (const name of [...skipped].toSorted((a, b) => a.localeCompare(b))) console.log(`skipped: ${name}`);
for (const text of notAtOnce) console.log(text);
if (passed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
