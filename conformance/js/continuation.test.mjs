// Answers that are longer than one call of the model: the SDK goes on by itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MODEL, collect, newClient, textOf } from './sdk.mjs';
import { Servers } from './servers.mjs';

const WORDS = Array.from({ length: 25 }, (_, at) => `w${at + 1} `).join('');
const ASK = { model: MODEL, input: '!long 25', generation_config: { max_output_tokens: 40 } };

let servers;
let ai;

before(async () => {
  servers = await Servers.start(['--call-tokens', '10']);
  ai = newClient(servers.url);
});

after(() => servers?.stop());

for (const store of [true, false]) {
  test(`a long answer, store: ${store} [b49]`, async () => {
    const interaction = await ai.interactions.create({ ...ASK, store });
    assert.equal(interaction.output_text, WORDS);
    assert.equal(interaction.status, 'completed');
  });
}

test('a long stream [b49]', async () => {
  const events = await collect(ai.interactions.create({ ...ASK, stream: true }));
  assert.equal(textOf(events), WORDS);
  assert.equal(events.at(-1).interaction.status, 'completed');
});
