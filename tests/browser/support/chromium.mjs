// Debian's Chromium, driven by playwright-core. Every profile is a context of its own: storage, service workers and all.

import {chromium} from 'playwright-core';
import {existsSync} from 'node:fs';

const kExecutables = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

export const chromiumArguments = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader', '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
];

export function chromiumExecutable() {
  const executable = kExecutables.find((path) => existsSync(path));
  if (!executable) throw new Error('Chromium is missing: apt-get install chromium (scripts/install --test does)');
  return executable;
}

export async function launchChromium(more = []) {
  return chromium.launch({executablePath: chromiumExecutable(), args: [...chromiumArguments, ...more]});
}
