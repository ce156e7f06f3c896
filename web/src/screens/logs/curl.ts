import type { Api } from "~/api/client";

const PATHS: Record<string, string> = {
  openai_chat: "/v1/chat/completions",
  openai_completions: "/v1/completions",
  openai_responses: "/v1/responses",
  anthropic: "/v1/messages",
  embeddings: "/v1/embeddings",
  rerank: "/v1/rerank",
  images: "/v1/images/generations",
  speech: "/v1/audio/speech",
  moderations: "/v1/moderations",
};

const KEPT: Record<string, string> = {
  files: "/v1/files",
  batches: "/v1/batches",
  fine_tuning: "/v1/fine_tuning/jobs",
};

/** A request like this one, ready to be sent again. What it said was not kept, so there is a greeting in its place. */
export function curlOf(origin: string, request: Api<"RequestDetail">): string {
  if (request.format === "realtime") {
    const address = `${origin.replace(/^http/, "ws")}/v1/realtime?model=${encodeURIComponent(request.model)}`;
    return `websocat -H "Authorization: Bearer $SLUICE_KEY" '${address}'`;
  }
  const kept = KEPT[request.format];
  if (kept !== undefined) return `curl ${origin}${kept} -H "Authorization: Bearer $SLUICE_KEY"`;
  const body = { model: request.model, ...contentOf(request.format), ...(request.stream ? { stream: true } : {}) };
  return [
    `curl ${origin}${PATHS[request.format] ?? PATHS.openai_chat} \\`,
    `  -H "Authorization: Bearer $SLUICE_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
  ].join("\n");
}

function contentOf(format: string): Record<string, unknown> {
  switch (format) {
    case "embeddings":
    case "moderations":
    case "openai_responses":
    case "speech":
      return { input: "Hello" };
    case "rerank":
      return { query: "Hello", documents: ["Hello", "Goodbye"] };
    case "images":
    case "openai_completions":
      return { prompt: "Hello" };
    case "anthropic":
      return { max_tokens: 256, messages: [{ role: "user", content: "Hello" }] };
    default:
      return { messages: [{ role: "user", content: "Hello" }] };
  }
}
