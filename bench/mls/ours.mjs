// This project's client, as a wasm module. Everything is synchronous; the group's secrets never leave the module.

const kOperations = ['verify', 'sign', 'x25519', 'x25519_base', 'mlkem_key_pair', 'mlkem_encapsulate', 'mlkem_decapsulate'];

export class Ours {
  static implementation = 'ours';

  static async create(factory, suite) {
    const ours = new Ours(await factory());
    ours.check(ours.module._bench_set_suite(suite), 'suite');
    return ours;
  }
  constructor(module) {
    this.module = module;
  }

  check(error, what) {
    if (error !== 0) throw new Error(`${what}: mls error ${error}`);
  }
  buffer() {
    // copied: the module's memory may move
    const start = this.module._bench_buffer();
    return this.module.HEAPU8.slice(start, start + this.module._bench_buffer_size());
  }
  keyPackages(count) {
    this.module._bench_make_key_packages(count, Math.floor(Date.now() / 1000));
    const bytes = this.buffer(),
      view = new DataView(bytes.buffer),
      all = [];
    for (let at = 0; at < bytes.length;) {
      const size = view.getUint32(at, true);
      all.push(bytes.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
    return all;
  }

  prepare(members) {
    this.check(this.module._bench_prepare(members), 'prepare');
  }
  add() {
    this.check(this.module._bench_add(), 'add');
  }
  join() {
    this.check(this.module._bench_join(), 'join');
  }
  processAdd() {
    this.check(this.module._bench_process_commit(), 'process the add');
  }
  selfCommit() {
    this.check(this.module._bench_self_commit(), 'self-commit');
  }
  processCommit() {
    this.check(this.module._bench_process_commit(), 'process it');
  }
  encrypt(count) {
    this.check(this.module._bench_encrypt(count), 'encrypt');
  }
  decrypt() {
    this.check(this.module._bench_decrypt(), 'decrypt');
  }
  sizes() {
    return {commit: this.module._bench_commit_size(), welcome: this.module._bench_welcome_size()};
  }
  messageSize() {
    return this.module._bench_message_size();
  }

  // Of the last step: how often each costly operation ran, and the milliseconds that all of them take by themselves.
  operations() {
    const counts = {};
    kOperations.forEach((name, i) => {
      const count = this.module._bench_operation_count(i);
      if (count > 0) counts[name] = count;
    });
    return {counts, floor: this.module._bench_floor()};
  }

  // A group as it lies in the store, loaded by a module that has done nothing else.
  static async loadFromStore(factory, suite, members, now) {
    const writer = await Ours.create(factory, suite);
    writer.prepare(members);
    writer.add();
    writer.processAdd();
    writer.module._bench_export_records();
    const records = writer.buffer();
    const reader = await Ours.create(factory, suite);
    reader.module.HEAPU8.set(records, reader.module._bench_reserve(records.length));
    reader.module._bench_import_records();
    const before = reader.module._bench_heap_in_use();
    const start = now();
    reader.check(reader.module._bench_load(), 'load');
    const milliseconds = now() - start;
    if (reader.module._bench_members() !== members + 2) throw new Error('the loaded group has other members');
    // The records are gone again, which were there before: what is left over them is the group.
    return {
      milliseconds,
      stored: records.length,
      group: reader.module._bench_heap_in_use() - before + records.length,
      memory: reader.module._bench_memory_size()
    };
  }
}
