// What is done to channels, and which lists change with it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Api, api, take } from "~/api/client";
import { useComplain } from "~/kit/toast";

export type Channel = Api<"ChannelView">;

/** Forgets what was fetched of channels and of what depends on them. */
export function useRefresh() {
  const client = useQueryClient();
  return (gone = false) => {
    // One that is gone is not asked for again.
    for (const name of ["channels", ...(gone ? [] : ["channel"]), "models", "unpriced"])
      void client.invalidateQueries({ queryKey: [name] });
  };
}

export function useSetStatus() {
  const refresh = useRefresh();
  const complain = useComplain();
  return useMutation({
    mutationFn: ({ id, status }: { id: number; status: Channel["status"] }) =>
      take(api.PATCH("/api/v1/channels/{channel_id}", { params: { path: { channel_id: id } }, body: { status } })),
    onSettled: () => refresh(),
    onError: complain,
  });
}

export function useBulk() {
  const refresh = useRefresh();
  return async (ids: number[], action: Api<"BulkChange">["action"]) => {
    await take(api.POST("/api/v1/channels/bulk", { body: { ids, action } }));
    refresh(action === "delete");
  };
}

export function testChannel(id: number, model?: string, key?: number): Promise<Api<"TestView">> {
  return take(
    api.POST("/api/v1/channels/{channel_id}/test", {
      params: { path: { channel_id: id } },
      body: { ...(model === undefined ? {} : { model }), ...(key === undefined ? {} : { key_id: key }) },
    }),
  );
}

/** Runs `work` on every item, `width` at a time. */
export async function inParallel<Item>(
  items: Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
