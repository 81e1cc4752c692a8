// What a web page does with the SDK. `browser.test.mjs` bundles it, serves it, and reads what it reports.

import { GoogleGenAI } from 'genai-under-test';

const MODEL = 'gemini-3.5-flash';

async function visit() {
  const baseUrl = new URLSearchParams(location.search).get('server');
  const ai = new GoogleGenAI({ apiKey: 'local', httpOptions: { baseUrl } });
  const first = await ai.interactions.create({ model: MODEL, input: 'Hi' });
  let streamed = '';
  const stream = await ai.interactions.create({
    model: MODEL,
    input: '!say Hel|lo',
    stream: true,
    previous_interaction_id: first.id,
  });
  for await (const event of stream) {
    if (event.event_type === 'step.delta') streamed += event.delta.text;
  }
  const found = await ai.interactions.get(first.id);
  await ai.interactions.delete(first.id);
  const missing = await ai.interactions.get(first.id).catch((error) => error.status);
  return { first: first.output_text, streamed, found: found.output_text, missing };
}

const report = await visit().catch((error) => ({ error: `${error.name}: ${error.message}` }));
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
