// Where one can go, in the order of the sidebar, and who may.
import type { LinkProps } from "@tanstack/react-router";
import type { ComponentType } from "react";
import type { Key } from "~/i18n";
import {
  IconActivity,
  IconCoin,
  IconHome,
  IconKey,
  IconList,
  IconMessage,
  IconRocket,
  IconRoute,
  IconSettings,
  IconSplit,
  IconUsers,
} from "~/kit/icons";
import type { Role } from "./session";

export interface Place {
  to: NonNullable<LinkProps["to"]>;
  label: Key;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  least: Role;
  /** Typed after `g`: `g l` goes to the logs. */
  key: string;
}

export interface Area {
  label: Key | null;
  places: Place[];
}

export const AREAS: Area[] = [
  {
    label: null,
    places: [
      { to: "/", label: "nav.home", icon: IconHome, least: "user", key: "h" },
      { to: "/start", label: "nav.start", icon: IconRocket, least: "admin", key: "f" },
    ],
  },
  {
    label: "nav.build",
    places: [
      { to: "/playground", label: "nav.playground", icon: IconMessage, least: "user", key: "y" },
      { to: "/tokens", label: "nav.tokens", icon: IconKey, least: "user", key: "t" },
      { to: "/prices", label: "nav.prices", icon: IconCoin, least: "user", key: "p" },
    ],
  },
  {
    label: "nav.observe",
    places: [
      { to: "/logs", label: "nav.logs", icon: IconList, least: "user", key: "l" },
      { to: "/health", label: "nav.health", icon: IconActivity, least: "admin", key: "e" },
    ],
  },
  {
    label: "nav.operate",
    places: [
      { to: "/channels", label: "nav.channels", icon: IconRoute, least: "admin", key: "c" },
      { to: "/routing", label: "nav.routing", icon: IconSplit, least: "admin", key: "r" },
      { to: "/users", label: "nav.users", icon: IconUsers, least: "admin", key: "u" },
    ],
  },
  {
    label: null,
    places: [{ to: "/settings", label: "nav.settings", icon: IconSettings, least: "user", key: "s" }],
  },
];
