import { defineConfig } from '@playwright/test';

// Each test starts a server of its own on a free port: tests share nothing, and none waits by the
// clock. Two at once, because the machine that has to pass them has two cores.
export default defineConfig({
  testDir: 'tests',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['./closing-line.ts']],
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // People's browsers have this cache, and pages in it behave differently.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // A phone on a laptop's plain http: an origin that browsers do not hold for secure.
        '--host-resolver-rules=MAP room.test 127.0.0.1',
      ],
    },
  },
});
