import { Button } from "@mantine/core";
import { type QueryFilters, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { dollars } from "~/kit/format";
import { Facts, When } from "~/kit/parts";
import { Confirm } from "~/kit/Side";
import { Failure, Loading } from "~/kit/states";
import { useComplain, useToast } from "~/kit/toast";
import { TokenForm } from "./TokenForm";
import styles from "./tokens.module.css";
import type { Token } from "./values";

export function EditToken({ id, close }: { id: number; close: () => void }) {
  const params = { path: { token_id: id } };
  const { data, error, refetch } = useQuery({
    queryKey: ["tokens", id],
    // A form begins with what is, not with what was when it was last open.
    gcTime: 0,
    queryFn: () => take(api.GET("/api/v1/tokens/{token_id}", { params })),
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <Edit key={data.id} token={data} close={close} />;
}

function Edit({ token, close }: { token: Token; close: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const [removing, setRemoving] = useState(false);
  const params = { path: { token_id: token.id } };
  const finish = (which: Pick<QueryFilters, "predicate"> = {}) => {
    void client.invalidateQueries({ queryKey: ["tokens"], ...which });
    toast("good", t("common.saved"));
    close();
  };
  const complain = useComplain();
  const flip = useMutation({
    mutationFn: () => {
      const status = token.status === "enabled" ? "disabled" : "enabled";
      return take(api.PATCH("/api/v1/tokens/{token_id}", { params, body: { status } }));
    },
    onSuccess: () => finish(),
    onError: complain,
  });
  return (
    <>
      <Facts
        items={[
          [t("tokens.key"), <code key="key">{token.key_hint}</code>],
          [t("tokens.user"), token.user_name],
          [t("tokens.spent"), token.spent_usd === null ? "–" : dollars(token.spent_usd)],
          [t("common.created"), <When key="created" ms={token.created_ms} />],
        ]}
      />
      <p className={styles.line}>
        <Link to="/logs" search={{ token_id: token.id }}>
          {t("tokens.requests")}
        </Link>
      </p>
      <TokenForm token={token} done={() => finish()} cancel={close} />
      <div className={styles.danger}>
        <Button variant="default" loading={flip.isPending} onClick={() => flip.mutate()}>
          {token.status === "enabled" ? t("common.disable") : t("common.enable")}
        </Button>
        <Button variant="default" c="var(--bad)" onClick={() => setRemoving(true)}>
          {t("common.delete")}
        </Button>
      </div>
      <Confirm
        opened={removing}
        title={t("tokens.removeTitle", { name: token.name })}
        action={t("common.delete")}
        onClose={() => setRemoving(false)}
        run={async () => {
          await take(api.DELETE("/api/v1/tokens/{token_id}", { params }));
          // The one that is gone is not asked for again.
          finish({ predicate: ({ queryKey }) => queryKey[1] !== token.id });
        }}
      >
        {t("tokens.removeText")}
      </Confirm>
    </>
  );
}
