import { firstWords } from "./boot";
import "./app/mantine.css";
import "./app/fonts.css";
import "./app/theme.css";
import "./app/boot.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { ApiFailure, onSignedOut } from "./api/client";
import { makeRouter } from "./app/router";
import { ended } from "./app/session";
import { theme } from "./app/theme";
import { loadWords, type Words, WordsContext } from "./i18n";
import { Toasts } from "./kit/toast";

// The page's policy lets only styles through that carry the nonce the server put into it.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
if (nonce) setNonce(nonce);

// After an update of the gateway, a page that is still open asks for files that are gone: load it anew.
window.addEventListener("vite:preloadError", (event) => {
  const reloaded = Number(sessionStorage.getItem("sluice-reloaded") ?? 0);
  if (Date.now() - reloaded < 10_000) return;
  event.preventDefault();
  sessionStorage.setItem("sluice-reloaded", String(Date.now()));
  window.location.reload();
});

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // The gateway is away: worth another try. It refused: it will again.
      retry: (count, error) => count < 2 && error instanceof ApiFailure && (error.status === 0 || error.status === 503),
    },
  },
});
const router = makeRouter(client);
onSignedOut(() => ended(client));

function App({ first }: { first: Words }) {
  const [words, setWords] = useState(first);
  const context = useMemo(
    () => ({ words, choose: (language: Words["language"]) => void loadWords(language).then(setWords) }),
    [words],
  );
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <WordsContext value={context}>
          <Toasts>
            <RouterProvider router={router} />
          </Toasts>
        </WordsContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  void firstWords.then((words) =>
    createRoot(root).render(
      <StrictMode>
        <App first={words} />
      </StrictMode>,
    ),
  );
}
