// Tools that reach other servers, and tools of the client's, with the official SDK.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { MODEL, newClient } from './sdk.mjs';
import { Servers } from './servers.mjs';

const call = (name, args) => `!call ${name} ${JSON.stringify(args)}`;
const then = (...blocks) => blocks.join('\n!then\n');
const types = (interaction) => interaction.steps.map((step) => step.type);

const PAGE = `<!doctype html><title>Über Möwen</title><article><h1>Über Möwen</h1>
<p>Die Silbermöwe wird bis zu dreißig Jahre alt. Sie brütet an den Küsten Nordeuropas.</p></article>`;

/** What an MCP server answers, by method. */
const MCP = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'lab', version: '1' },
  }),
  'tools/list': () => ({
    tools: [{ name: 'echo', description: 'Says it again.', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } }],
  }),
  'tools/call': ({ arguments: { text } }) => ({ content: [{ type: 'text', text: `${text}!` }] }),
};

/** A page at every path, an MCP server at /mcp. */
async function site() {
  const server = createServer(async (request, response) => {
    const answer = (status, type, body) => response.writeHead(status, { 'content-type': type }).end(body);
    if (request.url !== '/mcp') return answer(request.url === '/robots.txt' ? 404 : 200, 'text/html; charset=utf-8', PAGE);
    if (request.method !== 'POST') return answer(405, 'text/plain', '');
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method, params } = JSON.parse(text);
    if (id === undefined) return answer(202, 'text/plain', '');
    const known = MCP[method];
    const reply = known ? { result: known(params ?? {}) } : { error: { code: -32601, message: 'no such method' } };
    return answer(200, 'application/json', JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

let servers;
let other;
let ai;

before(async () => {
  other = await site();
  servers = await Servers.start(['--outbound-allow', '127.0.0.1']);
  ai = newClient(servers.url);
});

after(async () => {
  await servers?.stop();
  other?.server.closeAllConnections();
  other?.server.close();
});

test('a page is read and cited [b45]', async () => {
  const url = `${other.url}/gulls`;
  const interaction = await ai.interactions.create({
    model: MODEL,
    input: then(call('url_context', { urls: [url] }), '!say Möwen werden dreißig [[1]].'),
    tools: [{ type: 'url_context' }],
  });
  assert.deepEqual(interaction.steps[1].result, [{ url, status: 'success' }]);
  const { text, annotations } = interaction.steps[2].content[0];
  assert.equal(text, 'Möwen werden dreißig.');
  assert.equal(annotations[0].url, url);
});

test('a tool of an MCP server', async () => {
  const interaction = await ai.interactions.create({
    model: MODEL,
    input: then(call('mcp_lab_echo', { text: 'Hallo' }), '!say Said.'),
    tools: [{ type: 'mcp_server', name: 'lab', url: `${other.url}/mcp`, headers: { Authorization: 'Bearer secret' } }],
  });
  assert.deepEqual(types(interaction), ['mcp_server_tool_call', 'mcp_server_tool_result', 'model_output']);
  const [asked, answered] = interaction.steps;
  assert.deepEqual([asked.server_name, asked.name, asked.arguments], ['lab', 'echo', { text: 'Hallo' }]);
  assert.ok(JSON.stringify(answered.result).includes('Hallo!'));
  assert.ok(!JSON.stringify(interaction).includes('secret'));
});

test('a function that is found by a search', async () => {
  const interaction = await ai.interactions.create({
    model: MODEL,
    input: then(call('tool_search', { query: 'weather' }), call('get_weather', { city: 'Malmö' })),
    tools: [
      { type: 'tool_search' },
      { type: 'function', name: 'get_weather', description: 'The weather in a city', defer_loading: true },
    ],
  });
  assert.deepEqual(types(interaction), ['tool_search_call', 'tool_search_result', 'function_call']);
  assert.equal(interaction.status, 'requires_action');
});

test('the functions of a screen', async () => {
  const interaction = await ai.interactions.create({
    model: MODEL,
    input: call('navigate', { url: 'https://example.com', intent: 'look' }),
    tools: [{ type: 'computer_use', environment: 'browser' }],
  });
  assert.equal(interaction.status, 'requires_action');
  assert.equal(interaction.steps[0].name, 'navigate');
});
