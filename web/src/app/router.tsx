// Every screen, its address, what its address may hold, and who may open it. Each screen is a file of its own on the wire.
import type { QueryClient } from "@tanstack/react-query";
import {
  createBrowserHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { searchReader } from "~/kit/list";
import { Loading } from "~/kit/states";
import { readSearch as readChannelSearch } from "~/screens/channels/search";
import { readSearch as readHomeSearch } from "~/screens/home/search";
import { readSearch as readLogSearch } from "~/screens/logs/search";
import { readSearch as readPlaygroundSearch } from "~/screens/playground/search";
import { readSearch as readPriceSearch } from "~/screens/prices/search";
import { readSearch as readRoutingSearch } from "~/screens/routing/search";
import { readSearch as readSettingsSearch } from "~/screens/settings/search";
import { readSearch as readTokenSearch } from "~/screens/tokens/search";
import { readSearch as readUserSearch } from "~/screens/users/search";
import { NotFound, ScreenFailed } from "./fallbacks";
import { atLeast, type Role, sessionQuery } from "./session";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound });

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("~/screens/door/Setup")),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: searchReader({ next: "string" }),
  component: lazyRouteComponent(() => import("~/screens/door/SignIn")),
});

/** Around every screen that needs somebody signed in. */
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: lazyRouteComponent(() => import("./Shell")),
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (session) return;
    const next = location.href === "/" ? undefined : location.href;
    throw redirect({ to: "/sign-in", search: { next }, replace: true });
  },
});

/** To those of a lower rank the screen does not exist. */
function only(role: Role) {
  return async ({ context }: { context: Context }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (!atLeast(session, role)) throw redirect({ to: "/", replace: true });
  };
}

/** As long as there is no channel, the first page is the one that makes one. */
async function firstSteps({ context }: { context: Context }) {
  const session = await context.client.ensureQueryData(sessionQuery);
  if (!atLeast(session, "admin")) return;
  const channels = await context.client.fetchQuery({
    queryKey: ["channels", "any"],
    staleTime: 300_000,
    queryFn: () => take(api.GET("/api/v1/channels", { params: { query: { limit: 1 } } })),
  });
  if (channels.items.length === 0) throw redirect({ to: "/start", replace: true });
}

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: firstSteps,
  validateSearch: readHomeSearch,
  component: lazyRouteComponent(() => import("~/screens/home/Home")),
});

const start = createRoute({
  getParentRoute: () => shell,
  path: "/start",
  beforeLoad: only("admin"),
  component: lazyRouteComponent(() => import("~/screens/start/Start")),
});

const channels = createRoute({
  getParentRoute: () => shell,
  path: "/channels",
  beforeLoad: only("admin"),
  validateSearch: readChannelSearch,
  component: lazyRouteComponent(() => import("~/screens/channels/Channels")),
});

const tokens = createRoute({
  getParentRoute: () => shell,
  path: "/tokens",
  validateSearch: readTokenSearch,
  component: lazyRouteComponent(() => import("~/screens/tokens/Tokens")),
});

const users = createRoute({
  getParentRoute: () => shell,
  path: "/users",
  beforeLoad: only("admin"),
  validateSearch: readUserSearch,
  component: lazyRouteComponent(() => import("~/screens/users/Users")),
});

const prices = createRoute({
  getParentRoute: () => shell,
  path: "/prices",
  validateSearch: readPriceSearch,
  component: lazyRouteComponent(() => import("~/screens/prices/Prices")),
});

const logs = createRoute({
  getParentRoute: () => shell,
  path: "/logs",
  validateSearch: readLogSearch,
  component: lazyRouteComponent(() => import("~/screens/logs/Logs")),
});

const playground = createRoute({
  getParentRoute: () => shell,
  path: "/playground",
  validateSearch: readPlaygroundSearch,
  component: lazyRouteComponent(() => import("~/screens/playground/Playground")),
});

const health = createRoute({
  getParentRoute: () => shell,
  path: "/health",
  beforeLoad: only("admin"),
  component: lazyRouteComponent(() => import("~/screens/health/Health")),
});

const routing = createRoute({
  getParentRoute: () => shell,
  path: "/routing",
  beforeLoad: only("admin"),
  validateSearch: readRoutingSearch,
  component: lazyRouteComponent(() => import("~/screens/routing/Routing")),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  validateSearch: readSettingsSearch,
  component: lazyRouteComponent(() => import("~/screens/settings/Settings")),
});

const tree = root.addChildren([
  setup,
  signIn,
  shell.addChildren([home, start, channels, tokens, users, prices, logs, playground, health, routing, settings]),
]);

/** The browser's history, without the router's own ear for `beforeunload`, which would be there for ever and keep the page
 *  from being kept: kit/unsaved.ts listens while there is something to lose. */
function makeHistory() {
  const { history, location, document } = window;
  const addEventListener: typeof window.addEventListener = (
    type: string,
    heard: EventListenerOrEventListenerObject,
  ) => {
    if (type !== "beforeunload") window.addEventListener(type, heard);
  };
  const removeEventListener = window.removeEventListener.bind(window);
  return createBrowserHistory({ window: { history, location, document, addEventListener, removeEventListener } });
}

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    history: makeHistory(),
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: Loading,
    defaultErrorComponent: ScreenFailed,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
