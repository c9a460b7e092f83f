import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Ends the output with `N passed, N failed`, which every tool can read. */
export default class ClosingLine implements Reporter {
  private readonly outcomes = new Map<string, TestResult['status']>();

  onTestEnd(test: TestCase, result: TestResult): void {
    this.outcomes.set(test.id, result.status);
  }

  async onExit(): Promise<void> {
    const all = [...this.outcomes.values()];
    const passed = all.filter((outcome) => outcome === 'passed').length;
    console.log(`${passed} passed, ${all.length - passed} failed`);
  }
}
