// Writes differences of the semantic tree in the encoding of client/ui/mirror.h, for tests of web/mirror.js without the module.

const kRoles = [
  'none', 'text', 'button', 'link', 'textbox', 'searchbox', 'passwordbox', 'heading', 'list', 'listitem', 'article', 'log', 'region',
  'navigation', 'main', 'complementary', 'dialog', 'img', 'status', 'alert', 'tab', 'tablist', 'checkbox', 'radio', 'radiogroup',
  'group', 'separator', 'progressbar',
];
export const State = {disabled: 1, selected: 2, checked: 4, expanded: 8, pressed: 16, current: 32, expandable: 1 << 10, toggle: 1 << 11, hidden: 1 << 12};
export const Action = {click: 1, focus: 2, scroll: 4, dismiss: 8, focusOnly: 16};

const kFieldKinds = {single: 0, composer: 1, search: 2, password: 3};

export class Difference {
  #bytes = [];

  #u8(value) { this.#bytes.push(value & 0xff); }
  #u32(value) { for (let i = 0; i < 4; ++i) this.#u8(Math.floor(value / 2 ** (8 * i))); }
  #f32(value) { this.#bytes.push(...new Uint8Array(new Float32Array([value]).buffer)); }
  #id(id) { this.#u32(id % 2 ** 32); this.#u32(Math.floor(id / 2 ** 32)); }
  #text(text) {
    const bytes = new TextEncoder().encode(text);
    this.#u32(bytes.length);
    this.#bytes.push(...bytes);
  }
  #rectangle([x, y, width, height]) { [x, y, width, height].forEach((value) => this.#f32(value)); }

  remove(id) { this.#u8(1); this.#id(id); return this; }
  node(id, role, name, {parent = 0, level = 0, states = 0, actions = 0, at = [0, 0, 10, 10], value = '', description = '', lang = ''} = {}) {
    this.#u8(2);
    this.#id(id);
    this.#id(parent);
    this.#u8(kRoles.indexOf(role));
    this.#u8(level);
    this.#u32(states);
    this.#u8(actions);
    this.#rectangle(at);
    [name, value, description, lang].forEach((text) => this.#text(text));
    return this;
  }
  rectangle(id, at) { this.#u8(3); this.#id(id); this.#rectangle(at); return this; }
  children(id, order) { this.#u8(4); this.#id(id); this.#u32(order.length); order.forEach((one) => this.#id(one)); return this; }
  field(id, kind, {flags = 0, maxBytes = 0, placeholder = '', initial = '', autocomplete = 'off', lang = ''} = {}) {
    this.#u8(5);
    this.#id(id);
    this.#u8(kFieldKinds[kind]);
    this.#u8(flags);
    this.#f32(15);
    this.#f32(21);
    this.#u32(0x172033ff);
    this.#u32(0x626a7bff);
    this.#u32(maxBytes);
    [placeholder, initial, autocomplete, lang].forEach((text) => this.#text(text));
    return this;
  }
  focus(id) { this.#u8(6); this.#id(id); return this; }

  get bytes() { return this.#bytes; }
}
