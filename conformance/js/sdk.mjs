// The official SDK, in the version that the caller names: the newest needs Node.js 22.

const { GoogleGenAI } = await import(process.env.GENAI_PACKAGE ?? '@google/genai');

export const MODEL = 'gemini-3.5-flash';

/** A client moved over by its environment variables and by nothing else. */
export function newClient(url, options = {}) {
  process.env.GOOGLE_GEMINI_BASE_URL = url;
  process.env.GEMINI_API_KEY = 'local';
  delete process.env.GOOGLE_API_KEY;
  return new GoogleGenAI(options);
}

/** Every event of a stream. */
export async function collect(stream) {
  const events = [];
  for await (const event of await stream) events.push(event);
  return events;
}

/** The text of a stream's deltas. */
export function textOf(events) {
  const deltas = events.filter((event) => event.event_type === 'step.delta' && event.delta.type === 'text');
  return deltas.map((event) => event.delta.text).join('');
}
