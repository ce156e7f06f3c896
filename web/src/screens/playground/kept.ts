// What outlives the screen: one may look something up and come back. It is in the page's memory alone, and signing out
// loads the page anew (app/session.ts).
import type { ChatRequest } from "~/relay/chat";
import { NO_PARAMETERS, type Parameters } from "./parameters";
import type { Turn } from "./useChat";

interface Kept {
  turns: Turn[];
  sent: ChatRequest | null;
  parameters: Parameters;
  model: string | undefined;
  /** What is typed and not sent. */
  draft: string;
}

export const kept: Kept = { turns: [], sent: null, parameters: NO_PARAMETERS, model: undefined, draft: "" };
