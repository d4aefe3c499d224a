// npm's ts-mls, in the browser and in Node.

import {
  createApplicationMessage,
  createCommit,
  createGroup,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPrivateMessage
} from 'ts-mls';

export const kSuites = {
  0x0003: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
  0x0054: 'MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519'
};

const decode = (bytes) => {
  const decoded = decodeMlsMessage(bytes, 0);
  if (decoded === undefined) throw new Error('not an MLSMessage');
  return decoded[0];
};

export class TsMls {
  static implementation = 'ts-mls';

  static async create(suite) {
    const peer = new TsMls();
    peer.cs = await getCiphersuiteImpl(getCiphersuiteFromName(kSuites[suite]));
    return peer;
  }
  keyPackage(name) {
    const credential = {credentialType: 'basic', identity: new TextEncoder().encode(name)};
    return generateKeyPackage(credential, defaultCapabilities(), defaultLifetime, [], this.cs);
  }
  async commit(proposals) {
    const result = await createCommit({state: this.alice, cipherSuite: this.cs}, {extraProposals: proposals, ratchetTreeExtension: true});
    this.alice = result.newState;
    this.commitBytes = encodeMlsMessage(result.commit);
    this.welcomeBytes = result.welcome && encodeMlsMessage({version: 'mls10', wireformat: 'mls_welcome', welcome: result.welcome});
  }
  joinBy(keyPackage) {
    return joinGroup(decode(this.welcomeBytes).welcome, keyPackage.publicPackage, keyPackage.privatePackage, emptyPskIndex, this.cs);
  }
  async follow() {
    const message = decode(this.commitBytes);
    this.bob = (await processPrivateMessage(this.bob, message.privateMessage, emptyPskIndex, this.cs)).newState;
  }

  // `keyPackages`: those of all newcomers but the last, MLSMessages.
  async prepare(keyPackages) {
    const alice = await this.keyPackage('alice');
    const bob = await this.keyPackage('bob');
    this.alice = await createGroup(new Uint8Array(32).fill(1), alice.publicPackage, alice.privatePackage, [], this.cs);
    await this.commit([{proposalType: 'add', add: {keyPackage: bob.publicPackage}}]);
    this.bob = await this.joinBy(bob);
    this.last = await this.keyPackage('last');
    this.proposals = [...keyPackages.map((bytes) => decode(bytes).keyPackage), this.last.publicPackage].map((keyPackage) => ({
      proposalType: 'add',
      add: {keyPackage}
    }));
  }
  add() {
    return this.commit(this.proposals);
  }
  async join() {
    await this.joinBy(this.last);
  }
  processAdd() {
    return this.follow();
  }
  selfCommit() {
    return this.commit([]);
  }
  processCommit() {
    return this.follow();
  }
  sizes() {
    return {commit: this.commitBytes.length, welcome: this.welcomeBytes?.length ?? 0};
  }

  async encrypt(count) {
    const text = new Uint8Array(200).fill(120);
    this.messages = [];
    for (let i = 0; i < count; ++i) {
      const {newState, privateMessage} = await createApplicationMessage(this.alice, text, this.cs);
      this.alice = newState;
      this.messages.push(encodeMlsMessage({version: 'mls10', wireformat: 'mls_private_message', privateMessage}));
    }
  }
  async decrypt() {
    for (const bytes of this.messages)
      this.bob = (await processPrivateMessage(this.bob, decode(bytes).privateMessage, emptyPskIndex, this.cs)).newState;
  }
  messageSize() {
    return this.messages[0].length;
  }
  close() {}
}
