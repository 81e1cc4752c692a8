// The SDK in a web page of another loopback origin: the browser's own rules about origins are in force.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';

import { Servers } from './servers.mjs';

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const BROWSER = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

async function bundle() {
  const built = await build({
    absWorkingDir: FOLDER, // where the packages are looked for
    entryPoints: ['browser_page.mjs'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    alias: { 'genai-under-test': process.env.GENAI_PACKAGE ?? '@google/genai' },
  });
  return built.outputFiles[0].text;
}

/** A site of one page; `report` is what that page says in the end. */
async function serve(script) {
  const site = createServer();
  const report = new Promise((resolve) => {
    site.on('request', async (request, response) => {
      if (request.url === '/report') {
        resolve(JSON.parse(await text(request)));
        response.end();
      } else if (request.url === '/page.js') {
        response.setHeader('content-type', 'text/javascript').end(script);
      } else {
        response.setHeader('content-type', 'text/html').end('<!doctype html><script type="module" src="/page.js"></script>');
      }
    });
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  return { site, report };
}

test('the SDK in a web page', { skip: BROWSER ? false : 'no Chromium on this machine' }, async (t) => {
  const servers = await Servers.start();
  t.after(() => servers.stop());
  const { site, report } = await serve(await bundle());
  t.after(() => site.close());
  const profile = mkdtempSync(path.join(tmpdir(), 'antiphon-browser-'));
  const address = `http://127.0.0.1:${site.address().port}/?server=${encodeURIComponent(servers.url)}`;
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage'];
  const browser = spawn(BROWSER, [...flags, `--user-data-dir=${profile}`, address], { stdio: 'ignore', detached: true });
  const ended = once(browser, 'exit');
  try {
    const said = await Promise.race([report, ended.then(([code]) => ({ error: `the browser ended with ${code}` }))]);
    assert.deepEqual(said, { first: 'You said: Hi', streamed: 'Hello', found: 'You said: Hi', missing: 404 });
  } finally {
    process.kill(-browser.pid); // with the processes it started
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
