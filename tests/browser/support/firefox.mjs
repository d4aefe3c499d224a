// Debian's Firefox, driven by puppeteer-core over WebDriver BiDi. Headless Firefox has no WebGL2, so it runs on a display of its
// own (Xvfb) with software rendering. Every profile is a browser with a folder of its own.

import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import puppeteer from 'puppeteer-core';

import {seconds, within} from './harness.mjs';

const kExecutables = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

export class Display {
  #process;
  name;

  static async start() {
    if (!existsSync('/usr/bin/Xvfb')) throw new Error('Xvfb is missing: apt-get install xvfb (scripts/install --test does)');
    const display = new Display();
    const number = await new Promise((resolve, reject) => {
      display.#process = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'],
                               {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
      display.#process.on('error', reject);
      display.#process.stdio[3].once('data', (text) => resolve(String(text).trim()));
      setTimeout(() => reject(new Error('Xvfb did not start within 15 s')), seconds(15)).unref();
    });
    display.name = `:${number}`;
    return display;
  }

  stop() {
    this.#process.kill();
  }
}

export async function launchFirefox(display) {
  const executablePath = kExecutables.find((path) => existsSync(path));
  if (!executablePath) throw new Error('Firefox is missing: apt-get install firefox-esr (scripts/install --test does)');
  const userDataDir = await mkdtemp(join(tmpdir(), 'sinetti-firefox-'));
  const browser = await within(seconds(60), 'Firefox starts', puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: false,
    userDataDir,
    env: {...process.env, DISPLAY: display.name, LIBGL_ALWAYS_SOFTWARE: '1', MOZ_DISABLE_CONTENT_SANDBOX: '1', HOME: userDataDir},
    extraPrefsFirefox: {
      'webgl.force-enabled': true,
      'intl.accept_languages': 'en',
      'datareporting.policy.dataSubmissionEnabled': false,
      'browser.shell.checkDefaultBrowser': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'app.update.enabled': false,
      'permissions.default.desktop-notification': 1,   // granted: nobody is there to answer
      'alerts.useSystemBackend': false,                // nor a desktop to show them
    },
    defaultViewport: null,
  }));
  return {
    browser,
    async close() {
      await within(seconds(15), 'Firefox ends', browser.close()).catch(() => browser.process()?.kill('SIGKILL'));
      await rm(userDataDir, {recursive: true, force: true, maxRetries: 5}).catch(() => {});
    },
  };
}

