// Members of both implementations behind one shape: every call gives a promise, bytes are hex, and a refusal throws.
//
//   keyPackage() · create(group) · join(welcome) · commit({add, remove, open}) ─► {commit, welcome} · propose(kind, …) · groupInfo()
//   externalJoin(groupInfo) ─► {commit} · process(message) ─► {kind, plaintext} · encrypt(text) · state() ─► {epoch, authenticator,
//   exporter, members}
//
// `open` sends a handshake as a PublicMessage.

import {
  createApplicationMessage,
  createCommit,
  createGroup,
  createProposal,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  mlsExporter,
  acceptAll,
  processMessage
} from 'ts-mls';

import {PeerProcess} from './peer_process.mjs';

export const kExporter = {label: 'sinetti interop', context: '00ff', length: 48};

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

export class OurMember {
  constructor(name, command, suite) {
    this.name = name;
    this.ours = true;
    this.peer = new PeerProcess(command[0], [...command.slice(1), '--suite', String(suite)]);
  }
  async keyPackage() {
    return (await this.peer.ask('keypackage', {identity: this.name})).keyPackage;
  }
  async create(group) {
    this.group = group;
    await this.peer.ask('create', {group, identity: this.name});
  }
  async join(welcome) {
    this.group = (await this.peer.ask('join', {welcome})).group;
  }
  async commit({add = [], remove = [], open = false}) {
    if (remove.length > 0 && add.length > 0) throw new Error('one or the other');
    const common = {group: this.group, public: open};
    if (add.length > 0) return this.peer.ask('add', {...common, keyPackages: add});
    if (remove.length > 0) return this.peer.ask('remove', {...common, identities: remove});
    return this.peer.ask('commit', common);
  }
  async propose(kind, {keyPackage, leaf, open = false}) {
    return (await this.peer.ask('propose', {group: this.group, kind, keyPackage, leaf, public: open})).proposal;
  }
  async groupInfo() {
    return (await this.peer.ask('groupinfo', {group: this.group})).groupInfo;
  }
  async externalJoin(groupInfo) {
    const reply = await this.peer.ask('external-join', {groupInfo, identity: this.name});
    this.group = reply.group;
    return reply;
  }
  process(message) {
    return this.peer.ask('process', {group: this.group, message});
  }
  async encrypt(plaintext) {
    return (await this.peer.ask('encrypt', {group: this.group, plaintext})).message;
  }
  async state() {
    const info = await this.peer.ask('info', {group: this.group});
    const {secret} = await this.peer.ask('exporter', {group: this.group, ...kExporter});
    const {members} = await this.peer.ask('members', {group: this.group});
    return {
      epoch: info.epoch,
      authenticator: info.epochAuthenticator,
      exporter: secret,
      members: members.map(({leaf, identity}) => `${leaf} ${identity}`).join(', ')
    };
  }
  async isMember() {
    return (await this.peer.ask('info', {group: this.group})).member;
  }
  async leave() {
    const code = await this.peer.quit();
    if (code !== 0) throw new Error(`${this.name}'s peer ended with ${code}: ${this.peer.stderr.slice(-800)}`);
  }
}

const kSuites = {
  0x0003: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
  0x0054: 'MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519'
};

export class TsMember {
  static async create(name, suite) {
    const member = new TsMember();
    member.name = name;
    member.ours = false;
    member.cs = await getCiphersuiteImpl(getCiphersuiteFromName(kSuites[suite]));
    return member;
  }
  decode(message) {
    const decoded = decodeMlsMessage(unhex(message), 0);
    if (decoded === undefined || decoded[1] !== message.length / 2) throw new Error('not an MLSMessage');
    return decoded[0];
  }
  async keyPackage() {
    const credential = {credentialType: 'basic', identity: new TextEncoder().encode(this.name)};
    this.package = await generateKeyPackage(credential, defaultCapabilities(), defaultLifetime, [], this.cs);
    return hex(encodeMlsMessage({version: 'mls10', wireformat: 'mls_key_package', keyPackage: this.package.publicPackage}));
  }
  async create(group) {
    await this.keyPackage();
    this.client = await createGroup(unhex(group), this.package.publicPackage, this.package.privatePackage, [], this.cs);
  }
  async join(welcome) {
    this.client = await joinGroup(
      this.decode(welcome).welcome,
      this.package.publicPackage,
      this.package.privatePackage,
      emptyPskIndex,
      this.cs
    );
  }
  leaves() {
    // [leaf, identity]
    return this.client.ratchetTree.flatMap((node, i) =>
      i % 2 === 0 && node?.nodeType === 'leaf' ? [[i / 2, new TextDecoder().decode(node.leaf.credential.identity)]] : []
    );
  }
  async commit({add = [], remove = [], open = false}) {
    const leafOf = (name) => this.leaves().find(([, identity]) => identity === name)[0];
    const extraProposals = [
      ...add.map((bytes) => ({proposalType: 'add', add: {keyPackage: this.decode(bytes).keyPackage}})),
      ...remove.map((name) => ({proposalType: 'remove', remove: {removed: leafOf(name)}}))
    ];
    const result = await createCommit(
      {state: this.client, cipherSuite: this.cs},
      {wireAsPublicMessage: open, extraProposals, ratchetTreeExtension: true}
    );
    this.client = result.newState;
    return {
      commit: hex(encodeMlsMessage(result.commit)),
      welcome: result.welcome && hex(encodeMlsMessage({version: 'mls10', wireformat: 'mls_welcome', welcome: result.welcome}))
    };
  }
  async propose(kind, {keyPackage, leaf, open = false}) {
    const proposal =
      kind === 'add'
        ? {proposalType: 'add', add: {keyPackage: this.decode(keyPackage).keyPackage}}
        : {proposalType: 'remove', remove: {removed: leaf}};
    const result = await createProposal(this.client, open, proposal, this.cs);
    this.client = result.newState;
    return hex(encodeMlsMessage(result.message));
  }
  async process(bytes) {
    const message = this.decode(bytes);
    const result = await processMessage(message, this.client, emptyPskIndex, acceptAll, this.cs);
    const before = this.client.groupContext.epoch;
    this.client = result.newState;
    if (result.kind === 'applicationMessage') return {kind: 'application', plaintext: hex(result.message)};
    const moved = this.client.groupContext.epoch !== before || this.client.groupActiveState.kind !== 'active';
    return {kind: moved ? 'commit' : 'proposal'};
  }
  async encrypt(plaintext) {
    const {newState, privateMessage} = await createApplicationMessage(this.client, unhex(plaintext), this.cs);
    this.client = newState;
    return hex(encodeMlsMessage({version: 'mls10', wireformat: 'mls_private_message', privateMessage}));
  }
  async state() {
    const {keySchedule, groupContext} = this.client;
    const exporter = await mlsExporter(keySchedule.exporterSecret, kExporter.label, unhex(kExporter.context), kExporter.length, this.cs);
    return {
      epoch: Number(groupContext.epoch),
      authenticator: hex(keySchedule.epochAuthenticator),
      exporter: hex(exporter),
      members: this.leaves()
        .map(([leaf, identity]) => `${leaf} ${identity}`)
        .join(', ')
    };
  }
  async isMember() {
    return this.client.groupActiveState.kind === 'active';
  }
  async leave() {}
}
