// How to call the gateway from elsewhere: the same three facts (address, key, model) in the words of each client.

export interface Facts {
  origin: string;
  key: string;
  model: string;
}

export interface Snippet {
  id: string;
  /** The client's own name; it is the same in every language. */
  name: string;
  code: string;
  /** The key of the words that say where the code goes. */
  where: "shell" | "code" | "env" | "form";
}

const MAKERS: [string, string, Snippet["where"], (facts: Facts) => string][] = [
  ["curl", "curl", "shell", curl],
  ["python", "Python", "code", python],
  ["node", "Node", "code", node],
  ["fastgpt", "FastGPT", "env", fastgpt],
  ["open-webui", "Open WebUI", "env", openWebUi],
  ["dify", "Dify", "form", dify],
  ["lobechat", "LobeChat", "env", lobeChat],
];

export function snippets(facts: Facts): Snippet[] {
  return MAKERS.map(([id, name, where, make]) => ({ id, name, where, code: make(facts) }));
}

function curl({ origin, key, model }: Facts): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  return [
    `curl ${origin}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join("\n");
}

function python({ origin, key, model }: Facts): string {
  return `# pip install openai
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`;
}

function node({ origin, key, model }: Facts): string {
  return `// npm install openai
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${origin}/v1", apiKey: "${key}" });
const answer = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);`;
}

// FastGPT, "Connect models via OneAPI": these two variables are all it needs.
function fastgpt({ origin, key }: Facts): string {
  return `OPENAI_BASE_URL=${origin}/v1\nCHAT_API_KEY=${key}`;
}

function openWebUi({ origin, key }: Facts): string {
  return `OPENAI_API_BASE_URL=${origin}/v1\nOPENAI_API_KEY=${key}`;
}

// Dify: Settings, Model Provider, OpenAI-API-compatible.
function dify({ origin, key, model }: Facts): string {
  return `Model Name: ${model}\nAPI Key: ${key}\nAPI endpoint URL: ${origin}/v1`;
}

function lobeChat({ origin, key, model }: Facts): string {
  return `OPENAI_PROXY_URL=${origin}/v1\nOPENAI_API_KEY=${key}\nOPENAI_MODEL_LIST=+${model}`;
}
