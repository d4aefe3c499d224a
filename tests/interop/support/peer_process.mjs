// A member that is an mls-peer process: JSON lines on standard input and output.

import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

const kReplyMs = 120_000;

export class PeerProcess {
  constructor(command, args) {
    this.process = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe']});
    this.waiting = [];
    this.next = 1;
    this.stderr = '';
    this.process.stderr.on('data', (bytes) => {
      this.stderr += bytes;
    });
    createInterface({input: this.process.stdout}).on('line', (line) => this.waiting.shift()?.resolve(line));
    this.ended = new Promise((resolve) =>
      this.process.on('close', (code) => {
        this.code = code;
        for (const {reject} of this.waiting.splice(0)) reject(new Error(`the peer ended with ${code}: ${this.stderr.slice(-500)}`));
        resolve(code);
      })
    );
    this.process.stdin.on('error', () => {});
  }

  // The reply to one line, whatever it says.
  line(text) {
    if (this.code !== undefined) return Promise.reject(new Error(`the peer has ended with ${this.code}`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no reply to ${text.slice(0, 200)}`)), kReplyMs);
      this.waiting.push({
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(JSON.parse(reply));
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        }
      });
      this.process.stdin.write(text + '\n');
    });
  }
  async ask(cmd, fields = {}) {
    const id = this.next++;
    const reply = await this.line(JSON.stringify({id, cmd, ...fields}));
    if (reply.id !== id) throw new Error(`reply ${reply.id} to request ${id}`);
    if (!reply.ok) throw new Error(reply.error);
    return reply;
  }
  async quit() {
    if (this.code === undefined) await this.ask('quit').catch(() => {});
    this.process.stdin.end();
    return this.ended;
  }
}
