// The playground calls the public endpoint like any client, so it needs a token: one of the person's own, made when it
// is first needed, good for a day, known to this page alone, and put in the place of the one made before. Whoever signs in
// after another person gets one of their own.
import { api, take } from "~/api/client";

const NAME = "console playground";
const DAY_MS = 86_400_000;

let made: { user: number; key: Promise<string> } | null = null;

export function playgroundKey(user: number): Promise<string> {
  if (made?.user !== user) made = { user, key: make(user) };
  const current = made;
  return current.key.catch((error: unknown) => {
    if (made === current) made = null;
    throw error;
  });
}

/** Forgets the key: it was refused. */
export function forgetKey(): void {
  made = null;
}

async function make(user: number): Promise<string> {
  const query = { search: NAME, user_id: user, limit: 10 };
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
