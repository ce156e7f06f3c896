import { api, take } from "~/api/client";
import { AREAS } from "~/app/nav";
import { atLeast, type Session, useSession } from "~/app/session";
import { type Key, useWords } from "~/i18n";

export interface Entry {
  name: string;
  kind: Key;
  href: string;
}

const MOST = 5;

/** The pages one may open, and what can be made there. */
export function usePages(): Entry[] {
  const { t } = useWords();
  const session = useSession();
  const pages = AREAS.flatMap((area) => area.places)
    .filter((place) => atLeast(session, place.least))
    .map((place): Entry => ({ name: t(place.label), kind: "palette.page", href: String(place.to) }));
  const made: Entry[] = [{ name: t("tokens.new"), kind: "palette.action", href: "/tokens?open=new" }];
  if (atLeast(session, "admin")) {
    made.push({ name: t("channels.new"), kind: "palette.action", href: "/channels?open=new" });
    made.push({ name: t("users.new"), kind: "palette.action", href: "/users?open=new" });
  }
  return [...pages, ...made];
}

/** Everything whose name holds the text; a request when the text is the beginning of an id. */
export async function findEntities(text: string, session: Session): Promise<Entry[]> {
  if (/^req_[a-z0-9]{20,}$/i.test(text)) {
    return [{ name: text, kind: "palette.request", href: `/logs?open=${encodeURIComponent(text)}` }];
  }
  const query = { search: text, limit: MOST };
  const admin = atLeast(session, "admin");
  const [channels, tokens, users, models] = await Promise.all([
    admin ? take(api.GET("/api/v1/channels", { params: { query } })) : null,
    take(api.GET("/api/v1/tokens", { params: { query } })),
    admin ? take(api.GET("/api/v1/users", { params: { query } })) : null,
    take(api.GET("/api/v1/models")),
  ]);
  const word = text.toLowerCase();
  const served = models.items.filter((model) => model.toLowerCase().includes(word)).slice(0, MOST);
  return [
    ...(channels?.items ?? []).map(
      ({ id, name }): Entry => ({ name, kind: "palette.channel", href: `/channels?open=%22${id}%22` }),
    ),
    ...tokens.items.map(({ id, name }): Entry => ({ name, kind: "palette.token", href: `/tokens?open=%22${id}%22` })),
    ...(users?.items ?? []).map(
      ({ id, name }): Entry => ({ name, kind: "palette.user", href: `/users?open=%22${id}%22` }),
    ),
    ...served.map(
      (model): Entry => ({
        name: model,
        kind: "palette.model",
        href: `/playground?model=${encodeURIComponent(model)}`,
      }),
    ),
  ];
}
