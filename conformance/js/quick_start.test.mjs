// What a newcomer does first, with the official SDK, as the hosted API's quick start shows it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as z from 'zod';

import { MODEL, collect, newClient, textOf } from './sdk.mjs';
import { Servers } from './servers.mjs';

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'The name of the city' } },
    required: ['city'],
  },
};

const userInput = (text) => ({ type: 'user_input', content: [{ type: 'text', text }] });

let servers;
let ai;

before(async () => {
  servers = await Servers.start();
  ai = newClient(servers.url);
});

after(() => servers?.stop());

test('first call [b1,40]', async () => {
  const interaction = await ai.interactions.create({ model: MODEL, input: 'Hello, how are you?' });
  assert.equal(interaction.output_text, 'You said: Hello, how are you?');
  assert.equal(interaction.status, 'completed');
  assert.match(interaction.id, /^v1_/);
  const { usage } = interaction;
  assert.equal(
    usage.total_tokens,
    usage.total_input_tokens + usage.total_output_tokens + usage.total_thought_tokens + usage.total_tool_use_tokens,
  );
});

test('streaming [b21,22,25]', async () => {
  const events = await collect(ai.interactions.create({ model: MODEL, input: '!say Hel|lo, |wörld', stream: true }));
  assert.equal(textOf(events), 'Hello, wörld');
  assert.equal(events[0].event_type, 'interaction.created');
  assert.equal(events[0].interaction.status, 'in_progress');
  assert.equal(events.at(-1).event_type, 'interaction.completed');
  assert.equal(events.at(-1).interaction.status, 'completed');
  assert.ok(events.at(-1).interaction.usage.total_tokens > 0);
});

test('stateful turns [b7]', async () => {
  const first = await ai.interactions.create({ model: MODEL, input: 'Hi, my name is Amir.' });
  const second = await ai.interactions.create({
    model: MODEL,
    input: 'What is my name?',
    previous_interaction_id: first.id,
  });
  assert.equal(second.output_text, 'You said: What is my name?');
  assert.equal(second.steps.length, 1);
  const { messages } = await servers.lastRequest();
  assert.deepEqual(
    messages.map((message) => message.content),
    ['Hi, my name is Amir.', 'You said: Hi, my name is Amir.', 'What is my name?'],
  );
});

test('stateless turns [b14,39]', async () => {
  const history = [userInput('!think Hm.\n!say Hello Amir.')];
  const first = await ai.interactions.create({ model: MODEL, input: history, store: false });
  assert.deepEqual(first.steps.map((step) => step.type), ['thought', 'model_output']);
  history.push(...first.steps, userInput('What is my name?'));
  const second = await ai.interactions.create({ model: MODEL, input: history, store: false });
  assert.equal(second.output_text, 'You said: What is my name?');
  const altered = history.map((step) =>
    step.type === 'thought' ? { ...step, signature: `${step.signature.slice(0, -4)}AAAA` } : step,
  );
  await assert.rejects(ai.interactions.create({ model: MODEL, input: altered, store: false }), { status: 400 });
  await assert.rejects(ai.interactions.get(first.id), { status: 404 });
});

test('structured output with Zod [b42]', async () => {
  const Recipe = z.object({
    title: z.string().describe("The dish's name"),
    servings: z.int().min(1),
    ingredients: z.array(z.object({ name: z.string(), grams: z.number() })).min(2),
    note: z.string().nullable(),
  });
  const response_format = { type: 'text', mime_type: 'application/json', schema: z.toJSONSchema(Recipe) };
  const request = { model: MODEL, input: 'A recipe for pancakes, please.', response_format };
  const recipe = Recipe.parse(JSON.parse((await ai.interactions.create(request)).output_text));
  assert.equal(recipe.ingredients.length, 2);
  const events = await collect(ai.interactions.create({ ...request, stream: true }));
  assert.deepEqual(Recipe.parse(JSON.parse(textOf(events))), recipe);
});

test('function calling, stateful [b16,18,19]', async () => {
  const input = '!call get_weather {"city":"Paris"}\n!call get_weather {"city":"Oslo"}';
  const asked = await ai.interactions.create({ model: MODEL, input, tools: [WEATHER] });
  assert.equal(asked.status, 'requires_action');
  const calls = asked.steps.filter((step) => step.type === 'function_call');
  assert.deepEqual(calls.map((call) => call.arguments), [{ city: 'Paris' }, { city: 'Oslo' }]);
  const results = calls.map((call) => ({
    type: 'function_result',
    name: call.name,
    call_id: call.id,
    result: { city: call.arguments.city, sky: 'clear' },
  }));
  const answer = await ai.interactions.create({
    model: MODEL,
    previous_interaction_id: asked.id,
    tools: [WEATHER],
    input: results.reverse(),
  });
  assert.equal(answer.status, 'completed');
  assert.match(answer.output_text, /Paris/);
  assert.match(answer.output_text, /Oslo/);
});

test('function calling, stateless', async () => {
  const history = [userInput('!think It asks for the weather.\n!call get_weather {"city":"Paris"}')];
  const asked = await ai.interactions.create({ model: MODEL, input: history, tools: [WEATHER], store: false });
  assert.equal(asked.status, 'requires_action');
  const call = asked.steps.at(-1);
  history.push(...asked.steps, { type: 'function_result', name: call.name, call_id: call.id, result: 'sunny' });
  const answer = await ai.interactions.create({ model: MODEL, input: history, tools: [WEATHER], store: false });
  assert.equal(answer.output_text, 'Results: get_weather=sunny');
});

test('function calling, streamed [b17]', async () => {
  const input = '!call get_weather {"city":"Reykjavík"}';
  const events = await collect(ai.interactions.create({ model: MODEL, input, tools: [WEATHER], stream: true }));
  const start = events.find((event) => event.event_type === 'step.start');
  assert.deepEqual([start.step.type, start.step.name, start.step.arguments], ['function_call', 'get_weather', {}]);
  const fragments = events.filter((event) => event.event_type === 'step.delta').map((event) => event.delta.arguments);
  assert.deepEqual(JSON.parse(fragments.join('')), { city: 'Reykjavík' });
  assert.equal(events.at(-1).interaction.status, 'requires_action');
});

test('thinking [b38]', async () => {
  const input = '!think Two and two |make four.\n!say 4';
  const shown = await ai.interactions.create({
    model: MODEL,
    input,
    generation_config: { thinking_level: 'low', thinking_summaries: 'auto' },
  });
  assert.equal(shown.steps[0].summary[0].text, 'Two and two make four.');
  assert.ok(shown.steps[0].signature);
  assert.equal(shown.output_text, '4');
  const hidden = await ai.interactions.create({ model: MODEL, input });
  assert.ok(hidden.steps[0].signature);
  assert.ok(!hidden.steps[0].summary?.length);
});

test('the output limit [b37]', async () => {
  const interaction = await ai.interactions.create({
    model: MODEL,
    input: '!long 10',
    generation_config: { max_output_tokens: 3 },
  });
  assert.equal(interaction.status, 'incomplete');
  assert.equal(interaction.output_text, 'w1 w2 w3 ');
});

test('get and delete [b3,6]', async () => {
  const created = await ai.interactions.create({ model: MODEL, input: 'Remember me.' });
  const found = await ai.interactions.get(created.id, { include_input: true });
  assert.deepEqual(found.steps.map((step) => step.type), ['user_input', 'model_output']);
  assert.ok(found.input);
  await ai.interactions.delete(created.id);
  await assert.rejects(ai.interactions.get(created.id), (error) => {
    assert.equal(error.status, 404);
    assert.match(JSON.stringify(error.error), /not_found/);
    return true;
  });
});

test('replay from any event [b24,30,31]', async () => {
  const input = '!think Hm.\n!say a|b|c\n!call get_weather {"city":"Paris"}';
  const live = await collect(ai.interactions.create({ model: MODEL, input, tools: [WEATHER], stream: true }));
  const { id } = live[0].interaction;
  const replayed = await collect(ai.interactions.get(id, { stream: true }));
  assert.equal(textOf(replayed), textOf(live));
  for (const [position, event] of replayed.entries()) {
    const rest = await collect(ai.interactions.get(id, { stream: true, last_event_id: event.event_id }));
    assert.deepEqual(rest, replayed.slice(position + 1));
  }
});

test('cancel of a background run [b34,35]', async () => {
  const accepted = await ai.interactions.create({ model: MODEL, input: '!say One|@gate:js-cancel|two', background: true });
  assert.ok(['queued', 'in_progress'].includes(accepted.status));
  await servers.waitReached('js-cancel');
  assert.equal((await ai.interactions.cancel(accepted.id)).status, 'cancelled');
  await servers.waitAbandoned('js-cancel');
  assert.equal((await ai.interactions.get(accepted.id)).status, 'cancelled');
});

test('a stream that its reader leaves stops its run', async () => {
  const stream = await ai.interactions.create({ model: MODEL, input: '!say One|@gate:js-leave|two', stream: true });
  for await (const event of stream) {
    if (event.event_type === 'step.delta') break;
  }
  await servers.waitAbandoned('js-leave');
});

test('errors [b10,26]', async () => {
  await assert.rejects(ai.interactions.create({ model: MODEL, input: 'Hi', temprature: 1 }), (error) => {
    assert.equal(error.status, 400);
    assert.match(error.message, /temprature/);
    return true;
  });
  await assert.rejects(ai.interactions.create({ model: MODEL, input: 'Hi', stream: true, previous_interaction_id: 'v1_no' }), {
    status: 404,
  });
  const events = await collect(ai.interactions.create({ model: MODEL, input: '!say Half|@error', stream: true }));
  assert.deepEqual(events.slice(-2).map((event) => event.event_type), ['error', 'interaction.completed']);
  assert.equal(typeof events.at(-2).error.code, 'string');
  assert.equal(events.at(-1).interaction.status, 'failed');
});

test('every version of the path [b5]', async () => {
  for (const apiVersion of ['v1', 'v1beta', 'v1alpha']) {
    const versioned = newClient(servers.url, { apiVersion });
    assert.equal((await versioned.interactions.create({ model: MODEL, input: 'Hi' })).output_text, 'You said: Hi');
  }
});

test('models', async () => {
  const names = [];
  for await (const model of await ai.models.list()) names.push(model.name);
  assert.ok(names.some((name) => name.includes('scripted')), names.join());
  assert.equal((await ai.models.get({ model: names[0] })).name, names[0]);
});
