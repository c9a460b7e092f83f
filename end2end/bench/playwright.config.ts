import { defineConfig } from '@playwright/test';
import tests from '../playwright.config.ts';

// The tests' browser and nothing beside it: a benchmark has the machine to itself.
export default defineConfig({
  ...tests,
  testDir: '.',
  testMatch: 'painted.ts',
  workers: 1,
  timeout: 600_000,
  outputDir: '../test-results',
  reporter: 'dot',
});
