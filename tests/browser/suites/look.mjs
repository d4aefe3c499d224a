// Pictures of the app to hold against the design: in Finnish, wide and narrow, light and dark, and at 200 % zoom.

import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {seconds, sleep} from '../support/harness.mjs';

const kShapes = [
  {name: 'wide', width: 1440, height: 900},
  {name: 'phone', width: 390, height: 844},
  {name: 'narrow', width: 360, height: 740},
  {name: 'zoom-200', width: 720, height: 450},   // what is left of 1440 × 900
];

// For the README; everything else is only for a look.
const kPublished = new Map([['wide-light', 'conversation.png'], ['wide-dark', 'conversation-dark.png'], ['phone-light', 'phone.png']]);

export async function takePictures({elina, group}, {screenshots, pictures}) {
  await mkdir(screenshots, {recursive: true});
  if (pictures) await mkdir(pictures, {recursive: true});
  const {page} = elina;
  await elina.go('Settings');
  await page.getByRole('radio', {name: 'Suomi'}).click({timeout: seconds(10)});
  await page.getByRole('navigation', {name: 'Päävalikko'}).getByRole('button', {name: 'Keskustelut'}).click({timeout: seconds(10)});
  await page.getByRole('listitem', {name: group}).first().click({timeout: seconds(10)});
  const usual = page.viewportSize();
  for (const {name, width, height} of kShapes) {
    await page.setViewportSize({width, height});
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme});
      await sleep(700);
      const file = `${name}-${colorScheme}`;
      const picture = await page.screenshot({path: join(screenshots, `${file}.png`)});
      if (pictures && kPublished.has(file)) {
        await writeFile(join(pictures, kPublished.get(file)), picture);
      }
    }
  }
  await page.setViewportSize(usual);
  await page.emulateMedia({colorScheme: null});
}
