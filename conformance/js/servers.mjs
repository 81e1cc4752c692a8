// Starts the scripted upstream and the real binary in front of it, for the tests of one file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Starts a program that says `listening on http://…` on its standard output and then serves. */
async function start(command, args, log) {
  const { PATH, HOME } = process.env; // no proxy and no ANTIPHON_* setting of the caller reaches the server
  const errors = openSync(log, 'w');
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', errors], env: { PATH, HOME } });
  closeSync(errors);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('listening on ')) {
      child.stdout.resume();
      return { child, url: line.split(' ')[2].replace(/\/$/, '') };
    }
  }
  throw new Error(`${command} ended before it listened:\n${readFileSync(log, 'utf8')}`);
}

async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}

/** Both servers. `url` is the server under test; the rest is the test's side of the scripted model. */
export class Servers {
  static async start(flags = []) {
    const binary = process.env.ANTIPHON_BINARY ?? path.join(ROOT, 'target', 'debug', 'antiphon');
    if (!existsSync(binary)) {
      throw new Error(`no server at ${binary}: build it, or name another by ANTIPHON_BINARY`);
    }
    const servers = new Servers();
    servers.folder = mkdtempSync(path.join(tmpdir(), 'antiphon-conformance-'));
    const log = (name) => path.join(servers.folder, `${name}.log`);
    servers.upstream = await start('python3', [path.join(ROOT, 'conformance', 'upstream.py')], log('upstream'));
    const data = path.join(servers.folder, 'data');
    const from = ['--upstream', servers.upstream.url, '--upstream-model', 'scripted', '--upstream-image-models', 'scripted'];
    const args = ['serve', '--listen', '127.0.0.1:0', '--data-dir', data, ...from, ...flags];
    try {
      servers.antiphon = await start(binary, args, log('antiphon'));
    } catch (error) {
      await stop(servers.upstream.child);
      throw error;
    }
    servers.url = servers.antiphon.url;
    return servers;
  }

  async stop() {
    await stop(this.antiphon.child);
    await stop(this.upstream.child);
    rmSync(this.folder, { recursive: true });
  }

  async control(method, what) {
    const reply = await fetch(`${this.upstream.url}/control/${what}`, { method });
    return reply.json();
  }

  /** What the model was last sent. */
  async lastRequest() {
    return (await this.control('GET', 'requests')).at(-1);
  }

  waitReached(gate) {
    return this.control('GET', `gates/${gate}/reached`);
  }

  waitAbandoned(gate) {
    return this.control('GET', `gates/${gate}/abandoned`);
  }

  open(gate) {
    return this.control('POST', `gates/${gate}/open`);
  }
}
