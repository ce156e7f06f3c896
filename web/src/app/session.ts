// Who is signed in.
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { type Api, ApiFailure, api, giveUp, setCsrf, take } from "~/api/client";
import { letGo, unsavedWork } from "~/kit/unsaved";
import { MARK } from "./mark";

export type Session = Api<"SessionView">;
export type Role = Session["user"]["role"];

// MARK says that there may be a session, so that for a visitor who never signed in the gateway is not asked (the answer
// would be an error in the browser's console).
const RANK: Record<Role, number> = { user: 1, admin: 2, root: 3 };

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 60_000,
  queryFn: async ({ client }): Promise<Session | null> => {
    if (localStorage.getItem(MARK) === null) return null;
    const before = client.getQueryData<Session | null>(["session"]);
    try {
      const session = await take(api.GET("/api/v1/session"));
      // In another window somebody else signed in: nothing here is theirs.
      if (before && before.user.id !== session.user.id) window.location.reload();
      setCsrf(session.csrf ?? "");
      return session;
    } catch (error) {
      // A session that ends under a page is another matter than none: see ended().
      if (before || !(error instanceof ApiFailure) || error.status !== 401) throw error;
      localStorage.removeItem(MARK);
      return null;
    }
  },
});

export function begin(client: QueryClient, session: Session): void {
  localStorage.setItem(MARK, "1");
  setCsrf(session.csrf ?? "");
  client.clear();
  client.setQueryData(sessionQuery.queryKey, session);
}

/** What follows the end of a session: the page is loaded anew, so that nothing of it is left to whoever comes next. */
export function depart(next?: string): void {
  localStorage.removeItem(MARK);
  letGo();
  window.location.replace(next ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in");
}

let askAgain: (() => void) | null = null;

/** Who asks for the password when a session has ended under unsaved work; the last one asked to. */
export function onEndedUnder(ask: (() => void) | null): void {
  askAgain = ask;
}

/** The gateway knows the session no more: the page goes, unless something was typed on it. Then whoever typed it may go on. */
export function ended(client: QueryClient): void {
  if (!client.getQueryData(sessionQuery.queryKey)) return;
  const { pathname, search } = window.location;
  if (askAgain && unsavedWork()) askAgain();
  else depart(pathname + search);
}

/** The same person has signed in again: the page stays as it is. */
export function goOn(client: QueryClient, session: Session): void {
  setCsrf(session.csrf ?? "");
  client.setQueryData(sessionQuery.queryKey, session);
  void client.invalidateQueries();
}

/** Ends the session. Throws ApiFailure when the gateway could not: the screens are as they were. */
export async function leave(client: QueryClient): Promise<void> {
  const session = client.getQueryData(sessionQuery.queryKey);
  // The screens go first, and what they have asked for: once the session has ended it would be refused.
  await client.cancelQueries();
  client.setQueryData(sessionQuery.queryKey, null);
  giveUp();
  try {
    await take(api.DELETE("/api/v1/session"));
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 401) {
      client.setQueryData(sessionQuery.queryKey, session);
      throw error;
    }
  }
  depart();
}

export function atLeast(session: Session | null | undefined, role: Role): boolean {
  return session ? RANK[session.user.role] >= RANK[role] : false;
}

/** The session on screens that are only shown with one. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error("nobody is signed in");
  return data;
}
