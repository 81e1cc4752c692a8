// The tools that the server runs, with the official SDK.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { MODEL, collect, newClient, textOf } from './sdk.mjs';
import { Servers } from './servers.mjs';

const CODE = [{ type: 'code_execution' }];
const SEARCH = [{ type: 'google_search' }];

const call = (name, args) => `!call ${name} ${JSON.stringify(args)}`;
const run = (code) => call('code_execution', { code });
const then = (...blocks) => blocks.join('\n!then\n');

let servers;
let documents;
let ai;

before(async () => {
  documents = mkdtempSync(path.join(tmpdir(), 'antiphon-documents-'));
  writeFileSync(path.join(documents, 'brücke.md'), '# Die Brücke\n\nDie Brücke wurde im Jahr 2000 eröffnet.\n');
  servers = await Servers.start(['--search-documents', documents]);
  ai = newClient(servers.url);
  const input = then(call('google_search', { queries: ['Brücke'] }), '!say Ready.');
  for (let tries = 0; tries < 1000; tries += 1) {
    const { steps } = await ai.interactions.create({ model: MODEL, input, tools: SEARCH });
    if (!steps[1].is_error) return;
  }
  throw new Error('the documents are not indexed');
});

after(async () => {
  await servers?.stop();
  rmSync(documents, { recursive: true });
});

test('programs run and their files stay', async () => {
  const first = await ai.interactions.create({
    model: MODEL,
    input: then(run("open('n.txt', 'w').write('6')\nprint(6 * 7)"), '!say It is 42.'),
    tools: CODE,
  });
  assert.deepEqual(
    first.steps.map((step) => step.type),
    ['code_execution_call', 'code_execution_result', 'model_output'],
  );
  assert.equal(first.steps[1].result, '42\n');
  assert.equal(first.steps[1].call_id, first.steps[0].id);
  assert.equal(first.output_text, 'It is 42.');
  const second = await ai.interactions.create({
    model: MODEL,
    previous_interaction_id: first.id,
    input: then(run("print(open('n.txt').read())"), '!say Still there.'),
    tools: CODE,
  });
  assert.equal(second.steps[1].result, '6\n');
});

test('a history that the client keeps', async () => {
  const history = [
    { type: 'user_input', content: [{ type: 'text', text: then(run('print(3)'), '!say Three.') }] },
  ];
  const first = await ai.interactions.create({ model: MODEL, input: history, tools: CODE, store: false });
  history.push(...first.steps, { type: 'user_input', content: [{ type: 'text', text: 'And then?' }] });
  const second = await ai.interactions.create({ model: MODEL, input: history, tools: CODE, store: false });
  assert.equal(second.output_text, 'You said: And then?');
  const { messages } = await servers.lastRequest();
  assert.deepEqual(
    messages.map((message) => message.role),
    ['user', 'assistant', 'tool', 'assistant', 'user'],
  );
});

test('citations in a stream [b45]', async () => {
  const input = then(call('google_search', { queries: ['Brücke'] }), '!say Schön! 🌉 Eröffnet 20|00 [|[1]|]. Ja.');
  const events = await collect(ai.interactions.create({ model: MODEL, input, tools: SEARCH, stream: true }));
  const text = Buffer.from(textOf(events));
  assert.equal(text.toString(), 'Schön! 🌉 Eröffnet 2000. Ja.');
  const deltas = events.filter((event) => event.event_type === 'step.delta').map((event) => event.delta);
  const types = deltas.map((delta) => delta.type);
  assert.ok(types.includes('google_search_call') && types.includes('google_search_result'), types.join());
  const [note] = deltas.find((delta) => delta.type === 'text_annotation_delta').annotations;
  assert.equal(text.subarray(note.start_index, note.end_index).toString(), '🌉 Eröffnet 2000');
  assert.equal(note.title, 'Die Brücke');
});

test('a page at a private address is not read [b46]', async () => {
  const urls = [`${servers.upstream.url}/v1/models`];
  const interaction = await ai.interactions.create({
    model: MODEL,
    input: then(call('url_context', { urls }), '!say I may not.'),
    tools: [{ type: 'url_context' }],
  });
  assert.deepEqual(interaction.steps[1].result, [{ url: urls[0], status: 'unsafe' }]);
});
