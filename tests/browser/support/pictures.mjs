// Takes screenshots, and looks at them.

import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';

import jsQR from 'jsqr';

import {check, sleep} from './harness.mjs';

// What the QR code at this element says, as a camera would read it from the screen; null: there is none.
export async function scannedCode(page, locator) {
  const box = await locator.boundingBox();
  const picture = await page.screenshot({clip: box, scale: 'device'});
  const {data, width, height} = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
    const enlarged = 3;
    const canvas = new OffscreenCanvas(bitmap.width * enlarged, bitmap.height * enlarged);
    const context = canvas.getContext('2d');
    context.imageSmoothingEnabled = false;
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return {data: Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data), width: canvas.width, height: canvas.height};
  }, picture.toString('base64'));
  return jsQR.default(Uint8ClampedArray.from(data), width, height)?.data ?? null;
}

// How many different colours the page shows; an empty canvas has a handful.
export async function distinctColours(page, picture) {
  picture ??= await page.screenshot();
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const {data} = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, picture.toString('base64'));
}

const kShapes = [
  {name: 'wide', width: 1440, height: 900}, {name: 'phone', width: 390, height: 844}, {name: 'zoom-200', width: 720, height: 450},
];

// NAME-SHAPE-SCHEME.png of every shape and scheme, none of them empty. Without a folder: nothing.
export async function photographShapes(page, folder, name) {
  if (!folder) return;
  await mkdir(folder, {recursive: true});
  const usual = page.viewportSize();
  for (const {name: shape, width, height} of kShapes) {
    await page.setViewportSize({width, height});
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme});
      await sleep(500);
      const picture = await page.screenshot({path: join(folder, `${name}-${shape}-${colorScheme}.png`)});
      check(await distinctColours(page, picture) > 60, `${name}-${shape}-${colorScheme} shows next to nothing`);
    }
  }
  await page.emulateMedia({colorScheme: 'light'});
  await page.setViewportSize(usual);
}
