#!/usr/bin/env node
// Drives real browsers against a real relay: node tests/browser/run.mjs [options]
//   --app DIR       the built app                        (build/web)
//   --relay PATH    the relay program                    (build/native/bin/sinetti-relay)
//   --only NAME     one suite: modules, five, administration, devices, tokens, sign-in, link, kills, lock, search, look, hostile, two-histories, retention,
//                   releases, ingress, tls, firefox, firefox-sign-in, firefox-link, firefox-lock, firefox-ingress   (may be repeated)
//   --lanes N       so many suites at once           (2: they wait for each other's people more than they compute)
//   --pictures      also writes the README's pictures to docs/images
// Prints `browser: N passed, N failed`; screenshots go to build/screenshots.

import {existsSync} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {launchChromium} from './support/chromium.mjs';
import {Report} from './support/harness.mjs';
import {administration} from './suites/administration.mjs';
import {devices} from './suites/devices.mjs';
import {firefox} from './suites/firefox.mjs';
import {fivePeople} from './suites/five_people.mjs';
import {hostile} from './suites/hostile.mjs';
import {ingress, ingressFirefox} from './suites/ingress.mjs';
import {kills} from './suites/kills.mjs';
import {link, linkFirefox} from './suites/link.mjs';
import {lock, lockFirefox} from './suites/lock.mjs';
import {look} from './suites/look.mjs';
import {modules} from './suites/modules.mjs';
import {releases} from './suites/releases.mjs';
import {retention} from './suites/retention.mjs';
import {search} from './suites/search.mjs';
import {signIn, signInFirefox} from './suites/sign_in.mjs';
import {tls} from './suites/tls.mjs';
import {tokens} from './suites/tokens.mjs';
import {twoHistories} from './suites/two_histories.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const {values: options} = parseArgs({options: {
  app: {type: 'string', default: resolve(root, 'build/web')},
  relay: {type: 'string', default: resolve(root, 'build/native/bin/sinetti-relay')},
  only: {type: 'string', multiple: true, default: []},
  lanes: {type: 'string', default: '2'},
  pictures: {type: 'boolean', default: false},
}});
const lanes = Number(options.lanes);
if (!Number.isInteger(lanes) || lanes < 1) {
  console.error('--lanes wants a number, 1 at least');
  process.exit(2);
}

const shared = {program: options.relay, app: options.app};
const screenshots = resolve(root, 'build/screenshots');
const pictures = options.pictures ? resolve(root, 'docs/images') : null;
// Long ones first, so that none is still running alone at the end.
const suites = {
  modules: (browser) => modules(browser, options.app),
  five: (browser) => fivePeople(browser, shared),
  administration: (browser) => administration(browser, {...shared, screenshots}),
  devices: (browser) => devices(browser, {...shared, screenshots}),
  tokens: (browser) => tokens(browser, shared),
  search: (browser) => search(browser, {...shared, screenshots}),
  'sign-in': (browser) => signIn(browser, {...shared, screenshots}),
  link: (browser) => link(browser, {...shared, screenshots}),
  kills: (browser) => kills(browser, shared),
  lock: (browser) => lock(browser, {...shared, screenshots}),
  look: (browser) => look(browser, {...shared, screenshots, pictures}),
  hostile: (browser) => hostile(browser, shared),
  'two-histories': (browser) => twoHistories(browser, shared),
  retention: (browser) => retention(browser, shared),
  releases: (browser) => releases(browser, {...shared, screenshots}),
  ingress: (browser) => ingress(browser, shared),
  tls: () => tls(shared),
  firefox: () => firefox(shared),
  'firefox-sign-in': () => signInFirefox(shared),
  'firefox-link': () => linkFirefox(shared),
  'firefox-lock': () => lockFirefox(shared),
  'firefox-ingress': () => ingressFirefox(shared),
};
for (const name of options.only) {
  if (!suites[name]) {
    console.error(`there is no suite ${name}; there are ${Object.keys(suites).join(', ')}`);
    process.exit(2);
  }
}
const chosen = Object.keys(suites).filter((name) => options.only.length === 0 || options.only.includes(name));
for (const [path, what] of [[options.relay, 'the relay'], [resolve(options.app, 'ui.wasm'), 'the app']]) {
  if (chosen.every((name) => name === 'modules') || existsSync(path)) continue;
  console.error(`${what} is missing at ${path}: run scripts/build`);
  process.exit(2);
}

const failures = resolve(screenshots, 'failures');
await rm(failures, {recursive: true, force: true});
await mkdir(failures, {recursive: true});
const report = new Report();
const waiting = [...chosen];

// Takes one suite after the other, in a Chromium of its own: a clipboard and a graphics process are a browser's, not a profile's.
async function lane() {
  const chromium = await launchChromium();
  for (let name = waiting.shift(); name; name = waiting.shift()) {
    const suite = suites[name](chromium);
    await suite.run(report, {onFailure: (title) => suite.onFailure?.(title, failures)});
  }
  await chromium.close();
}
await Promise.all(Array.from({length: Math.min(lanes, chosen.length)}, lane));
process.exit(report.finish() ? 0 : 1);
