// Debian's Chromium for measuring, driven by puppeteer-core without a look at the network: what playwright-core is told of every frame of a
// WebSocket, in Base64, costs as much as receiving it.

import puppeteer from 'puppeteer-core';

import {chromiumArguments, chromiumExecutable} from './chromium.mjs';

export async function launchUnwatchedChromium() {
  return puppeteer.launch({
    executablePath: chromiumExecutable(),
    args: [...chromiumArguments, '--lang=en-GB'],
    env: {...process.env, LANGUAGE: 'en_GB'},
    networkEnabled: false,
    issuesEnabled: false,
    defaultViewport: {width: 1280, height: 720},
  });
}
