#!/usr/bin/env node
// Drives real browsers against a real relay: node tests/browser/run.mjs [options]
//   --app DIR       the built app                        (build/web)
//   --relay PATH    the relay program                    (build/native/bin/sinetti-relay)
//   --only NAME     one suite: modules, chromium, hostile, text, look, firefox   (may be repeated)
//   --pictures      also writes the README's pictures to docs/images
// Prints `browser: N passed, N failed`; measurements go to build/measurements.json, screenshots to build/screenshots.

import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';
import {resolve} from 'node:path';

import {launchChromium} from './support/chromium.mjs';
import {Report} from './support/harness.mjs';
import {modules} from './suites/modules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const {values: options} = parseArgs({options: {
  app: {type: 'string', default: resolve(root, 'build/web')},
  relay: {type: 'string', default: resolve(root, 'build/native/bin/sinetti-relay')},
  only: {type: 'string', multiple: true, default: []},
  pictures: {type: 'boolean', default: false},
}});

const report = new Report();
const chromium = await launchChromium();
const suites = {modules: () => modules(chromium)};
for (const [name, make] of Object.entries(suites)) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  await make().run(report);
}
await chromium.close();
process.exit(report.finish() ? 0 : 1);
