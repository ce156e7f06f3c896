// A conversation with a model: its messages, the answer that is coming in, and what went wrong.
import { useCallback, useEffect, useRef, useState } from "react";
import { type ChatRequest, type Message, type Progress, RelayFailure, streamChat } from "~/relay/chat";
import { kept } from "./kept";
import { forgetKey, playgroundKey } from "./key";

export interface Turn extends Message {
  /** Of an answer: how it came. */
  progress?: Progress;
}

/** A streamed chat by the page's own key; by a new one when that has expired or was deleted. */
async function* talk(request: ChatRequest, signal: AbortSignal): AsyncGenerator<Progress> {
  try {
    yield* streamChat(await playgroundKey(), request, signal);
  } catch (error) {
    if (!(error instanceof RelayFailure) || error.status !== 401) throw error;
    forgetKey();
    yield* streamChat(await playgroundKey(), request, signal);
  }
}

/** With what came of an answer, if anything did. */
function answered(turns: Turn[], answer: Progress | null): Turn[] {
  const said = answer !== null && (answer.text || answer.reasoning);
  return said ? [...turns, { role: "assistant", content: answer.text, progress: answer }] : turns;
}

export function useChat() {
  const [turns, setTurns] = useState<Turn[]>(kept.turns);
  const [coming, setComing] = useState<Progress | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [sent, setSent] = useState<ChatRequest | null>(kept.sent);
  const controller = useRef<AbortController | null>(null);

  const run = async (history: Turn[], request: Omit<ChatRequest, "messages">, system: string) => {
    const stop = new AbortController();
    controller.current = stop;
    const said = history.map(({ role, content }) => ({ role, content }));
    const messages: Message[] = system.trim() ? [{ role: "system", content: system }, ...said] : said;
    const whole = { ...request, messages } as ChatRequest;
    setTurns(history);
    setSent(whole);
    setBusy(true);
    setFailure(null);
    setComing(null);
    let answer: Progress | null = null;
    let broken: unknown = null;
    try {
      for await (const progress of talk(whole, stop.signal)) {
        answer = progress;
        setComing(progress);
      }
    } catch (error) {
      if (!stop.signal.aborted) broken = error;
    }
    // It was cleared, or left: nothing of it comes back.
    if (controller.current !== stop) return;
    setFailure(broken);
    // What came before a fault or a stop stays to be seen.
    setTurns(answered(history, answer));
    setComing(null);
    setBusy(false);
  };

  const drop = useCallback(() => {
    controller.current?.abort();
    controller.current = null;
  }, []);
  // Nobody reads on once the page is left, so nothing more is paid for. What came by then is there when one is back.
  useEffect(() => drop, [drop]);
  useEffect(() => {
    kept.turns = answered(turns, coming);
    kept.sent = sent;
  }, [turns, coming, sent]);

  return {
    turns,
    coming,
    busy,
    failure,
    sent,
    send: (text: string, request: Omit<ChatRequest, "messages">, system: string) =>
      void run([...turns, { role: "user", content: text }], request, system),
    again: (request: Omit<ChatRequest, "messages">, system: string) => {
      const last = turns.findLastIndex((turn) => turn.role === "user");
      if (last >= 0) void run(turns.slice(0, last + 1), request, system);
    },
    stop: () => controller.current?.abort(),
    clear: () => {
      drop();
      setBusy(false);
      setComing(null);
      setTurns([]);
      setFailure(null);
      setSent(null);
    },
  };
}
