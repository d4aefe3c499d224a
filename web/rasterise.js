// Draws one grapheme cluster that our fonts do not have, with the fonts of the system, for the glyph atlas of the canvas.
// Answers {width, height, left, top, advance, rgba} as in client/gfx/cluster.h.

const kTextFonts = 'Inter, system-ui, sans-serif';
// Where a text font has a plain drawing of an emoji, browsers take the first font of the list.
const kEmojiFonts = `"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", ${kTextFonts}`;
const kEmoji = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;

let surface = null;
let context = null;

function contextOf(side) {
  if (!surface || surface.width < side || surface.height < side) {
    surface = typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(side, side) : document.createElement('canvas');
    surface.width = side;
    surface.height = side;
    context = surface.getContext('2d', {willReadFrequently: true});
  }
  return context;
}

export function rasteriseCluster(text, fontPixels, weight, side) {
  const draw = contextOf(side);
  draw.font = `${weight} ${fontPixels}px ${kEmoji.test(text) && !text.includes('\uFE0E') ? kEmojiFonts : kTextFonts}`;
  draw.fillStyle = '#fff';
  draw.textBaseline = 'alphabetic';
  draw.textAlign = 'left';
  const metrics = draw.measureText(text);
  // One pixel of room on each side for the soft edge.
  const left = Math.ceil(metrics.actualBoundingBoxLeft) + 1;
  const above = Math.ceil(metrics.actualBoundingBoxAscent) + 1;
  const width = Math.min(side, left + Math.ceil(metrics.actualBoundingBoxRight) + 1);
  const height = Math.min(side, above + Math.ceil(metrics.actualBoundingBoxDescent) + 1);
  if (!(width > 2 && height > 2)) {
    return {width: 0, height: 0, left: 0, top: 0, advance: metrics.width, rgba: new Uint8Array(0)};
  }
  draw.clearRect(0, 0, surface.width, surface.height);
  draw.fillText(text, left, above);
  const {data} = draw.getImageData(0, 0, width, height);
  return {width, height, left: -left, top: above, advance: metrics.width, rgba: data};
}
