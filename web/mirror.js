// Turns the differences of client/ui/mirror.h into elements over the canvas: transparent to the eye, whole for assistive
// technology, the keyboard and tests. Text only ever enters as textContent, value or attribute; never as markup.

const kRecord = Object.freeze({remove: 1, node: 2, rectangle: 3, children: 4, field: 5, focus: 6});

// The order of ui::Role. `tag` is the element, `role` what the tag does not say by itself, `text`: a leaf's name is its content.
const kRoles = [
  {tag: 'div', text: true},                         // none
  {tag: 'span', text: true},                        // text
  {tag: 'button', text: true},                      // button
  {tag: 'button', role: 'link', text: true},        // link
  {tag: 'input', field: true},                      // textbox
  {tag: 'input', field: true},                      // searchbox
  {tag: 'input', field: true},                      // passwordbox
  {tag: 'h2', text: true},                          // heading
  {tag: 'div', role: 'list'},
  {tag: 'div', role: 'listitem', text: true},
  {tag: 'article'},
  {tag: 'div', role: 'log'},
  {tag: 'section', role: 'region'},
  {tag: 'nav', role: 'navigation'},
  {tag: 'main', role: 'main'},
  {tag: 'aside', role: 'complementary'},
  {tag: 'div', role: 'dialog'},
  {tag: 'div', role: 'img'},
  {tag: 'div', role: 'status', text: true},
  {tag: 'div', role: 'alert', text: true},
  {tag: 'button', role: 'tab', text: true},
  {tag: 'div', role: 'tablist'},
  {tag: 'button', role: 'checkbox', text: true},
  {tag: 'button', role: 'radio', text: true},
  {tag: 'div', role: 'radiogroup'},
  {tag: 'div', role: 'group'},
  {tag: 'div', role: 'separator'},
  {tag: 'div', role: 'progressbar'},
];
const kHeading = 7;
const kListItem = 9;
const kLog = 11;
const kDialog = 16;
const kTab = 20;
const kCheckable = new Set([22, 23]);
const kProgressbar = 27;

const kState = Object.freeze({
  disabled: 1 << 0, selected: 1 << 1, checked: 1 << 2, expanded: 1 << 3, pressed: 1 << 4, current: 1 << 5, busy: 1 << 7,
  invalid: 1 << 8, required: 1 << 9, expandable: 1 << 10, toggle: 1 << 11, hidden: 1 << 12,
});
const kAction = Object.freeze({click: 1, focus: 2, scroll: 4, dismiss: 8, focusOnly: 16});
export const MirrorAction = Object.freeze({click: 0, scrollUp: 1, scrollDown: 2, dismiss: 3});

const kScrollRoom = 400;   // logical pixels above and below the neutral offset of a scrollable element

class Reader {
  #view;
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get done() { return this.#at >= this.#bytes.length; }
  u8() { return this.#view.getUint8(this.#at++); }
  u32() { return this.#view.getUint32((this.#at += 4) - 4, true); }
  f32() { return this.#view.getFloat32((this.#at += 4) - 4, true); }
  id() { return this.u32() + this.u32() * 0x100000000; }
  text() {
    const size = this.u32();
    this.#at += size;
    return new TextDecoder().decode(this.#bytes.subarray(this.#at - size, this.#at));
  }
  rectangle() { return {x: this.f32(), y: this.f32(), width: this.f32(), height: this.f32()}; }
}

function readNode(reader) {
  return {
    id: reader.id(), parent: reader.id(), role: reader.u8(), level: reader.u8(), states: reader.u32(), actions: reader.u8(),
    rectangle: reader.rectangle(), name: reader.text(), value: reader.text(), description: reader.text(), lang: reader.text(),
  };
}

function readField(reader) {
  const spec = {kind: reader.u8()};
  const flags = reader.u8();
  spec.revealed = (flags & 1) !== 0;
  spec.spellCheck = (flags & 2) !== 0;
  spec.centred = (flags & 4) !== 0;
  spec.autofocus = (flags & 8) !== 0;
  spec.fontSize = reader.f32();
  spec.lineHeight = reader.f32();
  spec.colour = reader.u32();
  spec.placeholderColour = reader.u32();
  spec.maxBytes = reader.u32();
  spec.placeholder = reader.text();
  spec.initial = reader.text();
  spec.autocomplete = reader.text();
  spec.lang = reader.text();
  return spec;
}

export function decodeDifference(bytes) {
  const reader = new Reader(bytes);
  const records = [];
  while (!reader.done) {
    const type = reader.u8();
    switch (type) {
      case kRecord.remove:
      case kRecord.focus:
        records.push({type, id: reader.id()});
        break;
      case kRecord.node:
        records.push({type, ...readNode(reader)});
        break;
      case kRecord.rectangle:
        records.push({type, id: reader.id(), rectangle: reader.rectangle()});
        break;
      case kRecord.children: {
        const id = reader.id();
        const order = Array.from({length: reader.u32()}, () => reader.id());
        records.push({type, id, order});
        break;
      }
      case kRecord.field:
        records.push({type, id: reader.id(), spec: readField(reader)});
        break;
      default:
        throw new RangeError(`mirror record ${type}`);
    }
  }
  return records;
}

// Indices of a longest increasing subsequence of distinct numbers.
export function longestIncreasing(numbers) {
  const tails = [];      // tails[k]: index of the smallest end of an increasing run of length k + 1
  const before = new Array(numbers.length);
  numbers.forEach((number, i) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[tails[middle]] < number) low = middle + 1;
      else high = middle;
    }
    before[i] = tails[low - 1];
    tails[low] = i;
  });
  const kept = [];
  for (let i = tails.at(-1); i !== undefined; i = before[i]) kept.push(i);
  return kept.reverse();
}

const set = (element, name, value) => {
  if (value === null || value === '') element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};
const flag = (on) => (on ? 'true' : null);

export class Mirror {
  #root;
  #fields;
  #handlers;
  #nodes = new Map();   // id → {id, element, node, text, spacer}
  #placed = new Set();  // fields whose rectangle this difference has changed
  #ids = new WeakMap();
  #reported = {id: 0, visible: false};

  // `fields` makes and changes text fields (text_agent.js). `handlers`: action(id, MirrorAction), focus(id, visible).
  constructor(root, fields, handlers) {
    this.#root = root;
    this.#fields = fields;
    this.#handlers = handlers;
    root.addEventListener('click', (event) => this.#onClick(event));
    root.addEventListener('focusin', () => this.#reportFocus());
    root.addEventListener('focusout', (event) => {
      if (!root.contains(event.relatedTarget)) queueMicrotask(() => this.#reportFocus());
    });
  }

  // Every element, and what is typed in the fields.
  clear() {
    for (const [id, {element, role}] of this.#nodes) if (role.field) this.#fields.remove(id, element);
    this.#nodes.clear();
    this.#root.textContent = '';
  }

  idOf(element) {
    for (let at = element; at && at !== this.#root; at = at.parentElement) {
      const id = this.#ids.get(at);
      if (id !== undefined) return id;
    }
    return 0;
  }

  elementOf(id) {
    return this.#nodes.get(id)?.element ?? null;
  }

  nodeOf(id) {
    return this.#nodes.get(id)?.node ?? null;
  }

  // Can Enter and Space press this element?
  isClickable(id) {
    return ((this.nodeOf(id)?.actions ?? 0) & kAction.click) !== 0;
  }

  isField(element) {
    return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
  }

  // The nearest ancestor that Escape closes; 0: none.
  dismissable(element) {
    for (let at = element; at && at !== this.#root; at = at.parentElement) {
      const id = this.#ids.get(at);
      if (id !== undefined && (this.nodeOf(id).actions & kAction.dismiss) !== 0) return id;
    }
    return 0;
  }

  apply(bytes) {
    const records = decodeDifference(bytes);
    const specs = new Map(records.filter(({type}) => type === kRecord.field).map(({id, spec}) => [id, spec]));
    const renamed = new Set();
    const focused = document.activeElement;
    let wanted = 0;
    for (const record of records) {
      switch (record.type) {
        case kRecord.remove:
          this.#remove(record.id, renamed);
          break;
        case kRecord.node:
          this.#update(record, specs.get(record.id), renamed);
          break;
        case kRecord.rectangle:
          this.#place(record.id, record.rectangle);
          break;
        case kRecord.children:
          this.#order(record.id, record.order);
          break;
        case kRecord.field: {
          const known = this.#nodes.get(record.id);
          if (known) this.#fields.update(record.id, known.element, record.spec);
          break;
        }
        case kRecord.focus:
          wanted = record.id;
          break;
      }
    }
    for (const id of renamed) this.#name(id);
    // What asks the browser where things are comes last and together: it lays the page out, which is most of what a difference costs.
    // An element that was moved has lost its offset, which is no wish to scroll.
    for (const {element, spacer} of this.#nodes.values()) {
      if (spacer && element.scrollTop !== kScrollRoom) element.scrollTop = kScrollRoom;
    }
    for (const id of this.#placed) if (this.#nodes.has(id)) this.#fields.placed(id);
    this.#placed.clear();
    this.#settleFocus(focused, wanted || this.#fields.takeAutofocus());
  }

  #update(node, spec, renamed) {
    let known = this.#nodes.get(node.id);
    if (known && known.node.role !== node.role) {
      this.#remove(node.id, renamed);
      known = undefined;
    }
    if (!known) {
      const role = kRoles[node.role] ?? kRoles[0];
      const element = role.field ? this.#fields.create(node.id, spec) : document.createElement(
        node.role === kHeading ? `h${Math.min(Math.max(node.level, 1), 6)}` : role.tag);
      if (element instanceof HTMLButtonElement) element.type = 'button';
      if (role.role) element.setAttribute('role', role.role);
      // New messages are announced by the user interface, for the open conversation alone.
      if (node.role === kLog) element.setAttribute('aria-live', 'off');
      if (node.role === kDialog) element.setAttribute('aria-modal', 'true');
      known = {id: node.id, element, node, text: null, spacer: null, role};
      this.#nodes.set(node.id, known);
      this.#ids.set(element, node.id);
      (this.#nodes.get(node.parent)?.element ?? this.#root).append(element);
      if (node.parent) renamed.add(node.parent);
    } else {
      const parent = this.#nodes.get(node.parent)?.element ?? this.#root;
      if (known.element.parentElement !== parent) parent.append(known.element);
    }
    known.node = node;
    this.#states(known);
    this.#actions(known);
    this.#place(node.id, node.rectangle);
    set(known.element, 'lang', node.lang);
    renamed.add(node.id);
  }

  #states({element, node}) {
    const has = (state) => (node.states & state) !== 0;
    set(element, 'aria-disabled', flag(has(kState.disabled)));
    set(element, 'aria-busy', flag(has(kState.busy)));
    set(element, 'aria-invalid', flag(has(kState.invalid)));
    set(element, 'aria-required', flag(has(kState.required)));
    set(element, 'aria-expanded', has(kState.expandable) ? String(has(kState.expanded)) : null);
    set(element, 'aria-pressed', has(kState.toggle) ? String(has(kState.pressed)) : null);
    set(element, 'aria-selected', node.role === kTab ? String(has(kState.selected)) : null);
    set(element, 'aria-checked', kCheckable.has(node.role) ? String(has(kState.checked)) : null);
    const current = has(kState.current) || (has(kState.selected) && node.role !== kTab);
    set(element, 'aria-current', flag(current));
    element.hidden = has(kState.hidden);
    if (this.isField(element)) element.readOnly = has(kState.disabled);
  }

  #actions(known) {
    const {element, node} = known;
    const has = (action) => (node.actions & action) !== 0;
    const button = element instanceof HTMLButtonElement;
    if (has(kAction.focus)) set(element, 'tabindex', '0');
    else if (has(kAction.focusOnly) || button || has(kAction.scroll)) set(element, 'tabindex', '-1');
    else if (!this.isField(element)) set(element, 'tabindex', null);
    element.classList.toggle('target', has(kAction.click));
    if (has(kAction.scroll) !== (known.spacer !== null)) this.#makeScrollable(known, has(kAction.scroll));
  }

  // Assistive technology scrolls what can be scrolled: the element is kept at a neutral offset, and any change of it is a wish
  // for the user interface to scroll.
  #makeScrollable(known, on) {
    const {element, id} = known;
    element.classList.toggle('scroller', on);
    if (!on) {
      known.spacer.remove();
      known.spacer = null;
      return;
    }
    known.spacer = document.createElement('div');
    known.spacer.className = 'spacer';
    known.spacer.setAttribute('aria-hidden', 'true');
    element.prepend(known.spacer);
    element.addEventListener('scroll', () => {
      const moved = element.scrollTop - kScrollRoom;
      if (!known.spacer || Math.abs(moved) < 1) return;
      element.scrollTop = kScrollRoom;
      this.#handlers.action(id, moved < 0 ? MirrorAction.scrollUp : MirrorAction.scrollDown);
    });
  }

  #place(id, rectangle) {
    const known = this.#nodes.get(id);
    if (!known) return;
    const {style} = known.element;
    known.node.rectangle = rectangle;
    style.left = `${rectangle.x}px`;
    style.top = `${rectangle.y}px`;
    style.width = `${Math.max(rectangle.width, 0)}px`;
    style.height = `${Math.max(rectangle.height, 0)}px`;
    if (known.spacer) known.spacer.style.height = `${rectangle.height + 2 * kScrollRoom}px`;
    if (known.role.field) this.#placed.add(id);
  }

  // A leaf's name is its text; an element with children, or whose role is not named by content, has a label.
  #name(id) {
    const known = this.#nodes.get(id);
    if (!known) return;
    const {element, node, role} = known;
    const leaf = element.childElementCount === (known.spacer ? 1 : 0);
    const asText = role.text && leaf;
    if (asText && !known.text) {
      known.text = document.createTextNode('');
      element.append(known.text);
    } else if (!asText && known.text) {
      known.text.remove();
      known.text = null;
    }
    if (known.text && known.text.data !== node.name) known.text.data = node.name;
    // A list item is not named by its content, and one that can be pressed needs a name as well as words to read.
    const labelled = !asText || (node.role === kListItem && node.actions !== 0);
    set(element, 'aria-label', labelled ? node.name : null);
    const progress = node.role === kProgressbar;
    set(element, 'aria-valuetext', progress ? node.value : null);
    set(element, 'aria-description', [progress ? '' : node.value, node.description].filter(Boolean).join(', '));
  }

  #remove(id, renamed) {
    const known = this.#nodes.get(id);
    if (!known) return;
    if (known.role.field) this.#fields.remove(id, known.element);
    known.element.remove();
    this.#nodes.delete(id);
    if (known.node.parent) renamed.add(known.node.parent);
  }

  // The longest run that already stands in order stays where it is, so that a reader does not lose its place.
  #order(parent, order) {
    const container = parent === 0 ? this.#root : this.#nodes.get(parent)?.element;
    if (!container) return;
    const position = new Map([...container.children].map((element, i) => [element, i]));
    const wanted = order.map((id) => this.#nodes.get(id)?.element).filter((element) => element?.parentElement === container);
    const kept = new Set(longestIncreasing(wanted.map((element) => position.get(element))));
    let next = null;
    for (let i = wanted.length - 1; i >= 0; --i) {
      if (!kept.has(i)) container.insertBefore(wanted[i], next);
      next = wanted[i];
    }
  }

  #settleFocus(focused, wanted) {
    const asked = this.#nodes.get(wanted)?.element;
    if (asked) {
      if (asked.tabIndex < 0 && !asked.hasAttribute('tabindex') && !this.isField(asked)) asked.tabIndex = -1;
      asked.focus({preventScroll: true});
    } else if (focused !== document.activeElement && focused?.isConnected && this.#root.contains(focused)) {
      focused.focus({preventScroll: true});   // it was moved, and lost the focus on the way
    }
    this.#reportFocus();
  }

  #reportFocus() {
    const active = document.activeElement;
    const id = active && this.#root.contains(active) ? this.idOf(active) : 0;
    const visible = id !== 0 && active.matches(':focus-visible');
    if (id === this.#reported.id && visible === this.#reported.visible) return;
    this.#reported = {id, visible};
    this.#handlers.focus(id, visible);
  }

  #onClick(event) {
    // A click that followed a pointer has been reported as raw pointer events already.
    if (event.detail !== 0) return;
    const id = this.idOf(event.target);
    for (let at = this.#nodes.get(id); at; at = this.#nodes.get(at.node.parent)) {
      if ((at.node.actions & kAction.click) === 0) continue;
      if ((at.node.states & kState.disabled) === 0) this.#handlers.action(at.id, MirrorAction.click);
      return;
    }
  }
}
