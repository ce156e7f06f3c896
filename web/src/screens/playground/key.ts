// The playground calls the public endpoint like any client, so it needs a token: one of the person's own, made when it
// is first needed, good for a day, known to this page alone, and put in the place of the one made before.
import { api, take } from "~/api/client";

const NAME = "console playground";
const DAY_MS = 86_400_000;

let made: Promise<string> | null = null;

export function playgroundKey(): Promise<string> {
  made ??= make().catch((error: unknown) => {
    made = null;
    throw error;
  });
  return made;
}

/** Forgets the key: it was refused. */
export function forgetKey(): void {
  made = null;
}

async function make(): Promise<string> {
  const session = await take(api.GET("/api/v1/session"));
  const query = { search: NAME, user_id: session.user.id, limit: 10 };
  const before = await take(api.GET("/api/v1/tokens", { params: { query } }));
  for (const token of before.items.filter((one) => one.name === NAME)) {
    await take(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: token.id } } }));
  }
  const body = {
    name: NAME,
    scope: "relay" as const,
    status: "enabled" as const,
    always_usage: false,
    expires_ms: Date.now() + DAY_MS,
  };
  return (await take(api.POST("/api/v1/tokens", { body }))).key;
}
