// The frame of every screen: where one can go, who one is, light or dark, which language.
import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { LANGUAGES, type Language, useLanguage, useWords } from "~/i18n";
import { tell } from "~/kit/failure";
import { IconChevronDown, IconLanguage, IconMenu, IconMoon, IconSearch, IconSun, IconUser } from "~/kit/icons";
import { Money } from "~/kit/parts";
import { useToast } from "~/kit/toast";
import { FIND_KEYS, usePalette } from "~/palette/usePalette";
import { useArrived } from "./arrived";
import { Leaving } from "./Leaving";
import { Logo } from "./Logo";
import { AREAS, type Place } from "./nav";
import styles from "./Shell.module.css";
import { atLeast, leave, onEndedUnder, type Session, sessionQuery } from "./session";

const Palette = lazy(() => import("~/palette/Palette"));
const Keys = lazy(() => import("~/palette/Keys"));
const Again = lazy(() => import("./Again"));
const EVERY_MS = 60_000;

export default function Shell() {
  // The balance goes down while one looks.
  const { data: session } = useQuery({ ...sessionQuery, refetchInterval: EVERY_MS });
  // Between the end of the session and the sign-in page there is one moment without anybody.
  return session ? <Frame session={session} /> : null;
}

function Frame({ session }: { session: Session }) {
  const { t } = useWords();
  useArrived();
  const [open, setOpen] = useState(false);
  const palette = usePalette(session);
  const [again, setAgain] = useState(false);
  useEffect(() => {
    onEndedUnder(() => setAgain(true));
    return () => onEndedUnder(null);
  }, []);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const places = AREAS.map((area) => ({
    ...area,
    places: area.places.filter((place) => atLeast(session, place.least)),
  })).filter((area) => area.places.length > 0);
  useTitle(places.flatMap((area) => area.places));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu
  useEffect(() => setOpen(false), [path]);
  return (
    <div className={styles.shell}>
      <a href="#main" className="skip">
        {t("shell.skip")}
      </a>
      <aside className={styles.side} data-open={open || undefined}>
        <Link to="/" className={styles.logo}>
          <Logo small />
        </Link>
        <nav aria-label={t("shell.navigation")}>
          {places.map((area) => (
            <div key={area.places[0]?.to} className={styles.area}>
              {area.label && <h2>{t(area.label)}</h2>}
              {area.places.map(({ to, label, icon: Icon }) => (
                <Link key={to} to={to} className={styles.link} activeOptions={{ exact: to === "/" }}>
                  <Icon size={17} stroke={1.7} aria-hidden />
                  {t(label)}
                </Link>
              ))}
            </div>
          ))}
        </nav>
      </aside>
      {open && (
        <button type="button" className={styles.veil} aria-label={t("common.close")} onClick={() => setOpen(false)} />
      )}
      <div className={styles.rest}>
        <header className={styles.top}>
          <ActionIcon
            className={styles.burger}
            aria-label={t("shell.menu")}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <IconMenu size={18} />
          </ActionIcon>
          <button type="button" className={styles.search} onClick={palette.open}>
            <IconSearch size={15} aria-hidden />
            <span>{t("palette.open")}</span>
            <kbd>{FIND_KEYS}</kbd>
          </button>
          <span className={styles.space} />
          <LanguageMenu />
          <SchemeToggle />
          <UserMenu session={session} />
        </header>
        <Suspense>{palette.opened === "palette" && <Palette opened close={palette.close} />}</Suspense>
        <Suspense>{palette.opened === "keys" && <Keys session={session} close={palette.close} />}</Suspense>
        <Leaving />
        <Suspense>{again && <Again session={session} close={() => setAgain(false)} />}</Suspense>
        <main id="main" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** Names the page, and after moving to another one hands the focus to its content. */
function useTitle(places: Place[]) {
  const { t } = useWords();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const first = useRef(true);
  const place = places.findLast((one) => (one.to === "/" ? path === "/" : path.startsWith(one.to)));
  const title = place ? t(place.label) : t("nav.home");
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on every move
  useEffect(() => {
    if (first.current) first.current = false;
    else document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
}

function LanguageMenu() {
  const { t } = useWords();
  const { language, choose } = useLanguage();
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t("shell.language")}>
          <IconLanguage size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(LANGUAGES) as Language[]).map((one) => (
          <Menu.Item
            key={one}
            lang={one}
            aria-current={one === language}
            fw={one === language ? 600 : undefined}
            onClick={() => choose(one)}
          >
            {LANGUAGES[one]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeToggle() {
  const { t } = useWords();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useScheme();
  const label = scheme === "dark" ? t("shell.light") : t("shell.dark");
  return (
    <Tooltip label={label}>
      <ActionIcon size="lg" aria-label={label} onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}>
        {scheme === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

function useScheme(): string {
  // Asked for so that a change of the chosen scheme draws this anew.
  const { colorScheme } = useMantineColorScheme();
  if (colorScheme !== "auto") return colorScheme;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function UserMenu({ session }: { session: Session }) {
  const words = useWords();
  const { t } = words;
  const client = useQueryClient();
  const toast = useToast();
  const signOut = () => void leave(client).catch((error: unknown) => toast("bad", tell(error, words).title));
  return (
    <Menu position="bottom-end" width={220} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <button type="button" className={styles.user}>
          <IconUser size={17} stroke={1.7} aria-hidden />
          <span className={styles.userName}>{session.user.name}</span>
          <span className={styles.balance}>
            <Money usd={session.user.balance_usd} short />
          </span>
          <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t("shell.balance")}: <Money usd={session.user.balance_usd} />
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item onClick={signOut}>{t("shell.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
