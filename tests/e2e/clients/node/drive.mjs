// One turn with a tool by a Node client, told as JSON: {text, calls, usage, finish}.
// node drive.mjs ai6|pi PROTOCOL whole|streamed ROOT KEY MODEL
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { completeSimple, streamSimple, Type } from '@mariozechner/pi-ai'
import { generateText, stepCountIs, streamText, tool } from 'ai'
import { z } from 'zod'

const [client, protocol, way, root, apiKey, model] = process.argv.slice(2)
globalThis.AI_SDK_LOG_WARNINGS = false // it would write into what is told
const prompt = 'please call weather {"city": "Paris"}'
const weather = ({ city }) => `sunny in ${city}`

async function ai6() {
  const models = {
    chat: () => createOpenAI({ baseURL: `${root}/v1`, apiKey }).chat(model),
    responses: () => createOpenAI({ baseURL: `${root}/v1`, apiKey }).responses(model),
    compatible: () =>
      createOpenAICompatible({ name: 'sluice', baseURL: `${root}/v1`, apiKey, includeUsage: true })(model),
    messages: () => createAnthropic({ baseURL: `${root}/v1`, apiKey })(model),
    gemini: () => createGoogleGenerativeAI({ baseURL: `${root}/v1beta`, apiKey })(model),
  }
  const asked = {
    model: models[protocol](),
    tools: {
      weather: tool({
        description: 'Tells the weather.',
        inputSchema: z.object({ city: z.string() }),
        execute: async (input) => weather(input),
      }),
    },
    stopWhen: stepCountIs(4),
    maxRetries: 0,
    prompt,
  }
  const result = way === 'whole' ? await generateText(asked) : streamText({ ...asked, onError: ({ error }) => fail(error) })
  const steps = await result.steps
  return {
    text: await result.text,
    calls: steps.flatMap((step) => step.toolCalls.map((call) => ({ name: call.toolName, input: call.input }))),
    usage: await result.totalUsage,
    finish: await result.finishReason,
  }
}

const PI = {
  chat: ['openai-completions', '/v1'],
  responses: ['openai-responses', '/v1'],
  messages: ['anthropic-messages', ''],
  gemini: ['google-generative-ai', '/v1beta'],
}

async function pi() {
  const [api, path] = PI[protocol]
  const described = {
    id: model, name: model, api, provider: 'sluice', baseUrl: root + path, reasoning: false, input: ['text'],
    cost: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 }, contextWindow: 100000, maxTokens: 4000,
  }
  const tools = [
    { name: 'weather', description: 'Tells the weather.', parameters: Type.Object({ city: Type.String() }) },
  ]
  const messages = [{ role: 'user', content: prompt, timestamp: Date.now() }]
  const turn = async () => {
    const context = { systemPrompt: 'Be brief.', messages, tools }
    if (way === 'whole') return completeSimple(described, context, { apiKey })
    const stream = streamSimple(described, context, { apiKey })
    for await (const event of stream) if (event.type === 'error') fail(event.error.errorMessage)
    return stream.result()
  }
  const said = await turn()
  if (said.errorMessage) fail(said.errorMessage)
  const calls = said.content.filter((part) => part.type === 'toolCall')
  messages.push(said)
  for (const call of calls) {
    messages.push({
      role: 'toolResult', toolCallId: call.id, toolName: call.name, isError: false, timestamp: Date.now(),
      content: [{ type: 'text', text: weather(call.arguments) }],
    })
  }
  const answer = await turn()
  if (answer.errorMessage) fail(answer.errorMessage)
  return {
    text: answer.content.filter((part) => part.type === 'text').map((part) => part.text).join(''),
    calls: calls.map((call) => ({ name: call.name, input: call.arguments })),
    usage: answer.usage,
    finish: answer.stopReason,
  }
}

function fail(error) {
  console.error(error)
  process.exit(1)
}

try {
  console.log(JSON.stringify(await { ai6, pi }[client]()))
} catch (error) {
  fail(error)
}
