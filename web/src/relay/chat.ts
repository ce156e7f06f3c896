// The gateway's public endpoint as a client sees it: a streamed chat, with what is known of it along the way.
import { EventSourceParserStream } from "eventsource-parser/stream";
import { ApiFailure } from "~/api/client";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatRequest {
  model: string;
  messages: Message[];
  [parameter: string]: unknown;
}

export interface Progress {
  text: string;
  reasoning: string;
  /** Milliseconds to the first piece of the answer; null before it. */
  firstMs: number | null;
  totalMs: number;
  requestId: string;
  usage: { prompt_tokens?: number; completion_tokens?: number } | null;
  finish: string | null;
  /** Every event as it came, for the raw view. */
  raw: string[];
}

/** What the endpoint refused, or what broke: its own words. */
export class RelayFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string,
    readonly requestId: string,
  ) {
    super(message);
  }
}

interface Chunk {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null }; finish_reason?: string | null }[];
  usage?: Progress["usage"];
  error?: { message?: string; code?: string };
}

/** Sends a chat and yields what is known after each piece. Throws RelayFailure; ApiFailure (code `network`) when the
 *  gateway is not there, or goes in the middle; AbortError when stopped. */
export async function* streamChat(key: string, request: ChatRequest, signal: AbortSignal): AsyncGenerator<Progress> {
  try {
    yield* stream(key, request, signal);
  } catch (error) {
    // What a browser throws when a connection fails says nothing to people.
    throw error instanceof TypeError ? new ApiFailure(0, "network", "", null, "", null) : error;
  }
}

async function* stream(key: string, request: ChatRequest, signal: AbortSignal): AsyncGenerator<Progress> {
  const began = performance.now();
  const response = await fetch("/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
    credentials: "omit",
    signal,
  });
  const requestId = response.headers.get("x-request-id") ?? "";
  if (!response.ok || !response.body) throw await refusal(response, requestId);
  const state: Progress = {
    text: "",
    reasoning: "",
    firstMs: null,
    totalMs: 0,
    requestId,
    usage: null,
    finish: null,
    raw: [],
  };
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  for (;;) {
    const { done, value } = await events.read();
    if (done) break;
    state.raw.push(value.data);
    if (value.data !== "[DONE]") absorb(state, JSON.parse(value.data) as Chunk, began);
    state.totalMs = performance.now() - began;
    yield { ...state };
  }
  state.totalMs = performance.now() - began;
  yield { ...state };
}

function absorb(state: Progress, chunk: Chunk, began: number): void {
  if (chunk.error) throw new RelayFailure(200, chunk.error.message ?? "", chunk.error.code ?? "", state.requestId);
  const choice = chunk.choices?.[0];
  const content = choice?.delta?.content ?? "";
  const reasoning = choice?.delta?.reasoning_content ?? "";
  if ((content || reasoning) && state.firstMs === null) state.firstMs = performance.now() - began;
  state.text += content;
  state.reasoning += reasoning;
  state.finish = choice?.finish_reason ?? state.finish;
  state.usage = chunk.usage ?? state.usage;
}

async function refusal(response: Response, requestId: string): Promise<RelayFailure> {
  const body = (await response.json().catch(() => null)) as { error?: { message?: string; code?: string } } | null;
  return new RelayFailure(
    response.status,
    body?.error?.message ?? response.statusText,
    body?.error?.code ?? "",
    requestId,
  );
}
