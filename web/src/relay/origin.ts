import { useQuery } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";

/** The address clients use: the one set by the operator, or else the one this page was opened by. */
export function usePublicOrigin(): string {
  const admin = atLeast(useSession(), "admin");
  const { data } = useQuery({
    queryKey: ["settings"],
    enabled: admin,
    staleTime: 60_000,
    queryFn: async () => (await take(api.GET("/api/v1/settings"))).items,
  });
  const set = data?.find((setting) => setting.key === "public_url")?.value;
  return typeof set === "string" && set ? set.replace(/\/+$/, "") : window.location.origin;
}
