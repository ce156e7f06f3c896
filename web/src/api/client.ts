// The management API, typed by its own description (schema.d.ts).
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Api<Name extends keyof Schemas> = Schemas[Name];

/** A refusal of the gateway, or (code `network`) that it could not be reached. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly param: string | null,
    readonly requestId: string,
    /** Seconds to wait before another try, when the gateway said so. */
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

const credentials = { csrf: "" };
let whenSignedOut: () => void = () => {};

/** The value that proves that a request which changes something comes from this console. */
export function setCsrf(csrf: string): void {
  credentials.csrf = csrf;
}

/** What to do when the session has ended. */
export function onSignedOut(action: () => void): void {
  whenSignedOut = action;
}

/** Who is signed in, asked for by the page before this program was there (tools/boot.js). */
let early = (globalThis as { sluiceSession?: Promise<Response | null> }).sluiceSession;

let underWay = new AbortController();

/** Gives up what was asked and is not answered yet. */
export function giveUp(): void {
  underWay.abort();
  underWay = new AbortController();
}

export const api = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  fetch: (request) => fetch(request, { signal: underWay.signal }),
});
api.use({
  async onRequest({ request }) {
    if (early && request.method === "GET" && request.url.endsWith("/api/v1/session")) {
      const answer = await early;
      early = undefined;
      if (answer) return answer;
    }
    if (credentials.csrf && request.method !== "GET") request.headers.set("x-csrf-token", credentials.csrf);
    return undefined;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws ApiFailure. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch {
    throw new ApiFailure(0, "network", "the gateway cannot be reached", null, "", null);
  }
  if (answer.response.ok) return answer.data as T;
  const failure = failureOf(answer.response, answer.error);
  if (failure.code === "unauthenticated") whenSignedOut();
  throw failure;
}

function failureOf(response: Response, body: unknown): ApiFailure {
  const detail = (body as { error?: Partial<Api<"ErrorDetail">> } | undefined)?.error;
  const wait = Number(response.headers.get("retry-after"));
  return new ApiFailure(
    response.status,
    detail?.code ?? `http_${response.status}`,
    detail?.message ?? response.statusText,
    detail?.param ?? null,
    detail?.request_id ?? response.headers.get("x-request-id") ?? "",
    wait > 0 ? wait : null,
  );
}
