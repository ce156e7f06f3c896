// Drives an OpenAI SDK for Node: one call for each line of JSON on standard input, one line of JSON for what came of it.
// usage: node driver.mjs openai4|openai6      (the words of a call and of its outcome: tests/e2e/sdks.py)
import { createInterface } from "node:readline";

const { default: OpenAI, toFile } = await import(process.argv[2]);

function plain(headers) {
  return headers ? Object.fromEntries(headers instanceof Headers ? headers : Object.entries(headers)) : {};
}

function told(error) {
  const { status = null, code = null, type = null, param = null } = error;
  return { kind: error.constructor.name, status, code, type, param, message: error.message, headers: plain(error.headers) };
}

async function consume(stream, outcome, stopAfter) {
  for await (const chunk of stream) {
    outcome.chunks.push(chunk);
    if (outcome.chunks.length === stopAfter) {
      stream.controller.abort();
      return;
    }
  }
}

const calls = {
  chat: (client, body, options) => client.chat.completions.create(body, options),
  responses: (client, body, options) => client.responses.create(body, options),
  embeddings: (client, body, options) => client.embeddings.create(body, options),
  rerank: (client, body, options) => client.post("/rerank", { body, ...options }),
  images: (client, body, options) => client.images.generate(body, options),
  moderations: (client, body, options) => client.moderations.create(body, options),
  completions: (client, body, options) => client.completions.create(body, options),
  speech: (client, body, options) => client.audio.speech.create(body, options),
  models: (client, _, options) => client.models.list(options),
  model: (client, body, options) => client.models.retrieve(body.model, options),
  transcription: async (client, { file, ...body }, options) =>
    client.audio.transcriptions.create({ ...body, file: await toFile(Buffer.from(file.base64, "base64"), file.name) }, options),
};

async function perform({ base_url, key, op, body, headers, max_retries, stop_after }) {
  const client = new OpenAI({ baseURL: base_url, apiKey: key, maxRetries: max_retries });
  const outcome = { data: null, headers: {}, chunks: [], error: null };
  try {
    if (op === "speech") {
      const response = await calls.speech(client, body, { headers });
      outcome.headers = Object.fromEntries(response.headers);
      outcome.data = Buffer.from(await response.arrayBuffer()).toString("base64");
      return outcome;
    }
    const promise = op === "transcription" ? calls[op] : (...args) => calls[op](...args).withResponse();
    const answer = await promise(client, body, { headers });
    const { data, response } = op === "transcription" ? { data: answer, response: null } : answer;
    outcome.headers = response ? Object.fromEntries(response.headers) : {};
    if (body.stream) await consume(data, outcome, stop_after);
    else outcome.data = op === "models" ? { data: data.data } : data;
  } catch (error) {
    outcome.error = told(error);
  }
  return outcome;
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await perform(JSON.parse(line))) + "\n");
}
process.exit(0);
