// The text fields of client/ui/text_field.h: real <input> and <textarea> elements over the canvas. The browser owns their text,
// caret, selection, undo, input methods and context menu. The text of a password field never leaves this file except as bytes
// for the core.

import {estimateStrength, loadEstimator} from './strength.js';

const kKind = Object.freeze({single: 0, composer: 1, search: 2, password: 3, lines: 4, secretLines: 5});
const isTextArea = (kind) => kind === kKind.composer || kind === kKind.lines || kind === kKind.secretLines;
const isSecret = (kind) => kind === kKind.password || kind === kKind.secretLines;

const colourOf = (rgba) => `#${(rgba >>> 0).toString(16).padStart(8, '0')}`;
const encoder = new TextEncoder();

// The longest beginning of `text` with at most `limit` bytes of UTF-8, cut between grapheme clusters.
export function cutToBytes(text, limit) {
  if (text.length * 3 <= limit || encoder.encode(text).length <= limit) return text;
  const target = new Uint8Array(limit);
  const cut = text.slice(0, encoder.encodeInto(text, target).read);
  const clusters = [...new Intl.Segmenter().segment(cut)];
  // The last cluster may have lost its end: keep it only when it is whole in the original.
  const last = clusters.at(-1);
  const whole = new Intl.Segmenter().segment(text).containing(last.index).segment === last.segment;
  return whole ? cut : cut.slice(0, last.index);
}

export class TextAgent {
  #handlers;
  #fields = new Map();   // id → {element, spec, composing, height}
  #autofocus = 0;

  // `handlers`: text(id, text), password(id, characters, words, strength), submit(id), height(id, height).
  constructor(handlers) {
    this.#handlers = handlers;
  }

  create(id, spec) {
    const element = document.createElement(isTextArea(spec.kind) ? 'textarea' : 'input');
    const field = {id, element, spec: null, composing: false, height: 0, shift: false};
    this.#fields.set(id, field);
    element.className = 'field';
    element.setAttribute('autocapitalize', spec.kind === kKind.composer ? 'sentences' : 'off');
    element.setAttribute('autocorrect', spec.kind === kKind.composer ? 'on' : 'off');
    if (spec.kind === kKind.composer) {
      element.rows = 1;
      element.enterKeyHint = 'send';
    } else if (!isTextArea(spec.kind)) {
      element.type = {[kKind.search]: 'search', [kKind.password]: 'password'}[spec.kind] ?? 'text';
      element.enterKeyHint = spec.kind === kKind.search ? 'search' : 'go';
    }
    this.#listen(field);
    this.update(id, element, spec);
    element.value = spec.initial;
    if (spec.autofocus) this.#autofocus = id;
    if (spec.autocomplete === 'new-password') this.#judge(field);
    return element;
  }

  update(id, element, spec) {
    const field = this.#fields.get(id);
    field.spec = spec;
    const {style} = element;
    style.fontSize = `${spec.fontSize}px`;
    style.lineHeight = `${spec.lineHeight}px`;
    style.textAlign = spec.centred ? 'center' : '';
    style.setProperty('--field-colour', colourOf(spec.colour));
    style.setProperty('--field-placeholder', colourOf(spec.placeholderColour));
    element.placeholder = spec.placeholder;
    element.autocomplete = spec.autocomplete || 'off';
    element.spellcheck = spec.spellCheck && !isSecret(spec.kind);
    if (spec.lang) element.lang = spec.lang;
    if (spec.kind === kKind.password) this.#reveal(element, spec.revealed);
  }

  // Its rectangle is new: other line breaks may need another height.
  placed(id) {
    this.#measure(this.#fields.get(id));
  }

  remove(id, element) {
    const field = this.#fields.get(id);
    if (field && isSecret(field.spec.kind)) element.value = '';
    this.#fields.delete(id);
    if (this.#autofocus === id) this.#autofocus = 0;
  }

  takeAutofocus() {
    const id = this.#autofocus;
    this.#autofocus = 0;
    return id;
  }

  setText(id, text) {
    const field = this.#fields.get(id);
    if (!field || field.element.value === text) return;
    const {element} = field;
    if (field.composing) {
      // An input method would bring its half-written word back: let it finish first.
      const focused = document.activeElement === element;
      element.blur();
      element.value = text;
      if (focused) element.focus({preventScroll: true});
      field.composing = false;
    } else {
      element.value = text;
    }
    this.#measure(field);
    if (isSecret(field.spec.kind)) this.#reportPassword(field);
  }

  // The bytes of a password field, which is empty and hidden again afterwards; one of several lines is in sight and stays until it
  // goes, so that a slip in one line can be mended. Null: there is no such field.
  takeSecret(id) {
    const field = this.#fields.get(id);
    if (!field || !isSecret(field.spec.kind)) return null;
    const secret = encoder.encode(field.element.value);
    if (field.spec.kind === kKind.secretLines) return secret;
    field.element.value = '';
    this.#reveal(field.element, false);
    this.#reportPassword(field);
    return secret;
  }

  #listen(field) {
    const {id, element} = field;
    element.addEventListener('compositionstart', () => { field.composing = true; });
    element.addEventListener('compositionend', () => {
      field.composing = false;
      this.#changed(field);
    });
    element.addEventListener('input', () => this.#changed(field));
    element.addEventListener('keydown', (event) => {
      field.shift = event.shiftKey;
      const enter = event.key === 'Enter' && !event.isComposing && event.keyCode !== 229;
      if (!enter || isTextArea(field.spec.kind) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.#handlers.submit(id);
    });
    // In the composer a line break without Shift is "send". Soft keyboards have no key event that says so; this one comes from all.
    element.addEventListener('beforeinput', (event) => {
      const lineBreak = event.inputType === 'insertLineBreak' || event.inputType === 'insertParagraph';
      if (field.spec.kind !== kKind.composer || !lineBreak || field.shift || event.isComposing) return;
      event.preventDefault();
      this.#handlers.submit(id);
    });
  }

  #changed(field) {
    const {id, element, spec} = field;
    if (!field.composing && spec.maxBytes > 0) {
      const allowed = cutToBytes(element.value, spec.maxBytes);
      if (allowed !== element.value) {
        const caret = Math.min(element.selectionStart ?? allowed.length, allowed.length);
        element.value = allowed;
        element.setSelectionRange(caret, caret);
      }
    }
    this.#measure(field);
    if (isSecret(spec.kind)) this.#reportPassword(field);
    else this.#handlers.text(id, element.value);
  }

  #reportPassword({id, element}) {
    const {words, strength} = estimateStrength(element.value);
    this.#handlers.password(id, [...element.value].length, words, strength);
  }

  // What was typed before the estimator was here is judged anew.
  async #judge(field) {
    if (await loadEstimator() && this.#fields.get(field.id) === field && field.element.value) this.#reportPassword(field);
  }

  #reveal(element, revealed) {
    const type = revealed ? 'text' : 'password';
    if (element.type === type) return;
    const {selectionStart, selectionEnd} = element;
    element.type = type;
    if (document.activeElement === element) element.setSelectionRange(selectionStart, selectionEnd);
  }

  #measure(field) {
    const {id, element, spec} = field;
    if (spec.kind !== kKind.composer || !element.isConnected) return;
    const {height} = element.style;
    const {scrollTop} = element;
    element.style.height = '0px';
    const needed = element.scrollHeight;
    element.style.height = height;
    element.scrollTop = scrollTop;
    if (needed === field.height) return;
    field.height = needed;
    this.#handlers.height(id, needed);
  }
}
