// Pointer, wheel, keyboard and the shape of the viewport, as client/ui/app.h wants them: raw, in logical pixels, for the whole
// page. Keys that mean text stay with the text fields.

const kPhase = Object.freeze({move: 0, down: 1, up: 2, cancel: 3, leave: 4});
const kPointerKind = {mouse: 0, touch: 1, pen: 2};
const kKeys = {
  ArrowUp: 1, ArrowDown: 2, ArrowLeft: 3, ArrowRight: 4, Home: 5, End: 6, PageUp: 7, PageDown: 8, Enter: 9, ' ': 10, Escape: 11,
  Tab: 12, F6: 13,
};
const kKeyK = 14;
const kKeyL = 15;
const kFromFields = new Set(['Escape', 'F6', 'PageUp', 'PageDown']);
const kModifier = Object.freeze({shift: 1, control: 2, alt: 4});
const kDismiss = 3;
const kViewportFlags = [
  ['(prefers-color-scheme: dark)', 1], ['(prefers-contrast: more)', 2], ['(forced-colors: active)', 4],
  ['(prefers-reduced-motion: reduce)', 8], ['(pointer: coarse)', 16],
];
const kLineHeight = 21;   // logical pixels, for wheels that count in lines

// `ui`: pointer(phase, kind, x, y), wheel(x, y, dx, dy), menu(x, y) → there is one, key(key, modifiers) → used, action(id, action), viewport(values).
export function listen(ui, mirror, canvas) {
  listenToPointer(ui, mirror, canvas);
  listenToKeys(ui, mirror);
  listenToViewport(ui);

  // A file dropped on the page would replace it.
  for (const type of ['dragover', 'drop']) {
    addEventListener(type, (event) => {
      if (!mirror.isField(event.target) || event.dataTransfer?.files.length) event.preventDefault();
    });
  }
}

function listenToPointer(ui, mirror, canvas) {
  const report = (phase, event) => {
    if (event.isPrimary) ui.pointer(phase, kPointerKind[event.pointerType] ?? 0, event.clientX, event.clientY);
  };
  addEventListener('pointermove', (event) => report(kPhase.move, event));
  addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    // What starts on the canvas ends there, even outside the window. A text field selects its own text.
    if (!mirror.isField(event.target) && event.isPrimary) canvas.setPointerCapture(event.pointerId);
    report(kPhase.down, event);
  });
  addEventListener('pointerup', (event) => {
    if (event.button === 0) report(kPhase.up, event);
  });
  addEventListener('pointercancel', (event) => report(kPhase.cancel, event));
  document.documentElement.addEventListener('pointerleave', (event) => report(kPhase.leave, event));

  // The browser's own menu stays where there is none of ours. The keyboard asks for it at what has the focus, wherever that says it is.
  addEventListener('contextmenu', (event) => {
    const {target} = event;
    if (mirror.isField(target)) return;
    const {left, right, top, bottom} = target.getBoundingClientRect();
    const inside = event.clientX >= left && event.clientX < right && event.clientY >= top && event.clientY < bottom;
    const [x, y] = inside ? [event.clientX, event.clientY] : [(left + right) / 2, (top + bottom) / 2];
    if (ui.menu(x, y)) event.preventDefault();
  });

  // Pressing a button beside the composer leaves the caret where it is, and a phone's keyboard open.
  addEventListener('mousedown', (event) => {
    if (!mirror.isField(event.target) && mirror.isField(document.activeElement)) event.preventDefault();
  });

  addEventListener('wheel', (event) => {
    if (event.ctrlKey) return;   // the browser's zoom
    const {target} = event;
    if (mirror.isField(target) && target.scrollHeight > target.clientHeight) return;
    event.preventDefault();
    const unit = [1, kLineHeight, innerHeight][event.deltaMode] ?? 1;
    const sideways = event.shiftKey && event.deltaX === 0;
    const dx = sideways ? event.deltaY : event.deltaX;
    const dy = sideways ? 0 : event.deltaY;
    ui.wheel(event.clientX, event.clientY, dx * unit, dy * unit);
  }, {passive: false});
}

function listenToKeys(ui, mirror) {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    const control = event.ctrlKey || event.metaKey;
    const modifiers = (event.shiftKey ? kModifier.shift : 0) | (control ? kModifier.control : 0) | (event.altKey ? kModifier.alt : 0);
    // Ctrl+K searches, Ctrl+Shift+L locks; with Command the latter is Safari's own.
    const letter = event.altKey ? '' : event.key.toLowerCase();
    const search = control && !event.shiftKey && letter === 'k';
    const lock = event.ctrlKey && !event.metaKey && event.shiftKey && letter === 'l';
    const shortcut = search || lock;
    const key = search ? kKeyK : lock ? kKeyL : kKeys[event.key];
    if (key === undefined) return;

    const {target} = event;
    const inField = mirror.isField(target);
    if (inField && !shortcut && !kFromFields.has(event.key)) return;
    const pressing = (event.key === 'Enter' || event.key === ' ') && !control && !event.altKey;
    const id = mirror.idOf(target);
    if (pressing && mirror.isClickable(id)) {
      // A button presses itself; rows and articles need help.
      if (!(target instanceof HTMLButtonElement)) {
        event.preventDefault();
        target.click();
      }
      return;
    }
    if (ui.key(key, modifiers)) {
      event.preventDefault();
      return;
    }
    const dismissable = event.key === 'Escape' ? mirror.dismissable(target) : 0;
    if (dismissable) ui.action(dismissable, kDismiss);
  });
}

function listenToViewport(ui) {
  const insets = getComputedStyle(document.body);
  const inset = (name) => parseFloat(insets.getPropertyValue(name)) || 0;
  const queries = kViewportFlags.map(([query, flag]) => [matchMedia(query), flag]);
  const report = () => {
    // A soft keyboard takes its height from the visual viewport; pinch zoom must not.
    const visual = globalThis.visualViewport;
    const height = visual && Math.abs(visual.scale - 1) < 0.01 ? Math.min(visual.height, innerHeight) : innerHeight;
    const flags = queries.reduce((all, [query, flag]) => all | (query.matches ? flag : 0), 0);
    ui.viewport({
      width: innerWidth, height, density: devicePixelRatio, flags, insetTop: inset('--inset-top'), insetBottom: inset('--inset-bottom'),
    });
  };
  for (const [query] of queries) query.addEventListener('change', report);
  addEventListener('resize', report);
  globalThis.visualViewport?.addEventListener('resize', report);
  watchDensity(report);
  report();
}

function watchDensity(report) {
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', () => {
    report();
    watchDensity(report);
  }, {once: true});
}
