// Wire's core-crypto (OpenMLS in wasm), in a browser only. Its groups are kept in its in-memory database: what a database on disk costs
// is left out, in its favour.

import * as cc from '@wireapp/core-crypto/browser';

const kMessageHeader = 4; // version and wire format of an MLSMessage: core-crypto takes the KeyPackage alone

class Client {
  static async create(number, suite) {
    const client = new Client();
    client.id = new cc.ClientId(
      new cc.Uuid(`c0ffee00-0000-4000-8000-${number.toString(16).padStart(12, '0')}`),
      new cc.DeviceId(BigInt(number)),
      'sinetti.example'
    );
    client.core = cc.CoreCrypto.new(await cc.Database.inMemory());
    const transport = {
      sendCommitBundle: async (bundle) => {
        client.bundle = bundle;
      },
      prepareForTransport: async () => {
        throw new Error('no history is shared here');
      }
    };
    client.credential = await client.run(async (context) => {
      await context.mlsInit(client.id, transport);
      return context.addCredential(cc.Credential.basic(suite, client.id));
    });
    return client;
  }
  run(work) {
    return this.core.transaction(work);
  }
  keyPackage() {
    return this.run((context) => context.generateKeyPackage(this.credential));
  }
  join(welcome) {
    return this.run((context) => context.processWelcomeMessage(welcome));
  }
  process(group, bytes) {
    return this.run((context) => context.decryptMessage(group, bytes));
  }
}

export class CoreCrypto {
  static implementation = 'core-crypto';
  static #next = 1;

  static async create(suite) {
    if (suite !== 3) throw new Error('core-crypto has no suite of that number');
    await cc.initWasmModule('/index_bg.wasm');
    return new CoreCrypto(suite);
  }
  constructor(suite) {
    this.suite = suite;
  }
  client() {
    return Client.create(CoreCrypto.#next++, this.suite);
  }

  async prepare(keyPackages) {
    this.alice = await this.client();
    this.bob = await this.client();
    this.last = await this.client();
    this.group = new cc.ConversationId(crypto.getRandomValues(new Uint8Array(32)));
    const forBob = await this.bob.keyPackage();
    await this.alice.run((context) => context.createConversation(this.group, this.alice.credential));
    await this.alice.run((context) => context.addClientsToConversation(this.group, [forBob]));
    await this.bob.join(this.alice.bundle.welcome);
    this.keyPackages = [...keyPackages.map((bytes) => new cc.KeyPackage(bytes.subarray(kMessageHeader))), await this.last.keyPackage()];
  }
  async add() {
    await this.alice.run((context) => context.addClientsToConversation(this.group, this.keyPackages));
    this.welcome = this.alice.bundle.welcome;
  }
  join() {
    return this.last.join(this.welcome);
  }
  processAdd() {
    return this.bob.process(this.group, this.alice.bundle.commit);
  }
  selfCommit() {
    return this.alice.run((context) => context.updateKeyingMaterial(this.group));
  }
  processCommit() {
    return this.bob.process(this.group, this.alice.bundle.commit);
  }
  sizes() {
    return {commit: this.alice.bundle.commit.length, welcome: this.alice.bundle.welcome?.serialize().length ?? 0};
  }

  async encrypt(count) {
    const text = new Uint8Array(200).fill(120);
    this.messages = [];
    for (let i = 0; i < count; ++i) this.messages.push(await this.alice.run((context) => context.encryptMessage(this.group, text)));
  }
  async decrypt() {
    for (const message of this.messages) await this.bob.process(this.group, message);
  }
  messageSize() {
    return this.messages[0].length;
  }
  close() {
    for (const client of [this.alice, this.bob, this.last]) client?.core.uniffiDestroy?.();
  }
}
