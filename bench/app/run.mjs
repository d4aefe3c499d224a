#!/usr/bin/env node
// What two people wait for, in headless Chromium drawn in software, with a real relay:
//
//   node bench/app/run.mjs [--messages 200] [--openings 5] [--app DIR] [--relay PATH] [--json FILE]
//
// From Enter here until the message is on the screen there, message by message; and from navigation until the screen that asks for the
// passphrase is drawn, the release being kept by the service worker. Needs scripts/build app and tests/browser's packages.

import {writeFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {launchChromium} from '../../tests/browser/support/chromium.mjs';
import {percentile, seconds} from '../../tests/browser/support/harness.mjs';
import {Person} from '../../tests/browser/support/person.mjs';
import {Relay} from '../../tests/browser/support/relay.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const {values: options} = parseArgs({options: {
  messages: {type: 'string', default: '200'},
  openings: {type: 'string', default: '5'},
  app: {type: 'string', default: resolve(root, 'build/web')},
  relay: {type: 'string', default: resolve(root, 'build/native/bin/sinetti-relay')},
  json: {type: 'string'},
}});
for (const name of ['messages', 'openings']) {
  options[name] = Number(options[name]);
  if (!Number.isInteger(options[name]) || options[name] < 1) throw new Error(`--${name} wants a number, 1 at least`);
}

async function measureLatency(writer, reader) {
  await reader.page.evaluate(() => {
    globalThis.arrivals = {};
    new MutationObserver((records) => {
      for (const {addedNodes} of records) {
        for (const node of addedNodes) {
          const text = /viive-\d+/.exec(node.textContent)?.[0];
          if (text) arrivals[text] ??= performance.timeOrigin + performance.now();
        }
      }
    }).observe(document.getElementById('mirror'), {childList: true, subtree: true});
  });
  await writer.page.evaluate(() => {
    globalThis.departures = [];
    document.addEventListener('keydown', ({key}) => {
      if (key === 'Enter') departures.push(performance.timeOrigin + performance.now());
    }, true);
  });
  for (let i = 0; i < options.messages; ++i) {
    await writer.send(`viive-${i}`);
    await reader.page.waitForFunction((text) => arrivals[text], `viive-${i}`, {timeout: seconds(15), polling: 20});
  }
  const departures = await writer.page.evaluate(() => departures);
  const arrivals = await reader.page.evaluate(() => arrivals);
  return departures.map((left, i) => arrivals[`viive-${i}`] - left);
}

async function measureOpening({page}, origin) {
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      new MutationObserver(() => {
        if (globalThis.unlockShown || !document.querySelector('#mirror input[type=password]')) return;
        globalThis.unlockShown = true;
        requestAnimationFrame(() => setTimeout(() => { globalThis.unlockTime = performance.now(); }));
      }).observe(document.getElementById('mirror'), {childList: true, subtree: true});
    });
  });
  const times = [];
  for (let i = 0; i < options.openings; ++i) {
    await page.goto(origin);
    times.push(await (await page.waitForFunction(() => globalThis.unlockTime, null, {timeout: seconds(20)})).jsonValue());
  }
  return times;
}

const summary = (times) => ({median: Math.round(percentile(times, 0.5)), p95: Math.round(percentile(times, 0.95)), of: times.length});

const relay = await Relay.create({program: options.relay, app: options.app});
const browser = await launchChromium();
try {
  await relay.start();
  const [elina, mikael] = [await Person.create(browser, {name: 'Elina Aalto'}), await Person.create(browser, {name: 'Mikael Strand'})];
  await elina.found(relay.administratorLink, 'Valtioneuvosto');
  await mikael.enrol(await elina.invite(mikael.name));
  await elina.seesInDirectory([mikael.name]);
  await elina.startDirect(mikael.name);
  await elina.send('Hei!');
  await mikael.openConversation(elina.name);
  await mikael.sees('Hei!');
  const result = {
    latencyMs: summary(await measureLatency(elina, mikael)),
    unlockDrawnMs: summary(await measureOpening(mikael, relay.origin)),
  };
  console.log(JSON.stringify(result, null, 1));
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 1)}\n`);
} finally {
  await browser.close();
  await relay.remove();
}
