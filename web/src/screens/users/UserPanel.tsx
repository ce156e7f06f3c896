import { Button, SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Api, api, take } from "~/api/client";
import { useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { Facts, Money } from "~/kit/parts";
import { Confirm } from "~/kit/Side";
import { Failure, Loading } from "~/kit/states";
import { useToast } from "~/kit/toast";
import { View } from "~/kit/View";
import { Balance } from "./Balance";
import { UserForm } from "./UserForm";
import styles from "./users.module.css";

type User = Api<"UserView">;

export function UserPanel({ id, close }: { id: number; close: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["users", id],
    // A form begins with what is, not with what was when it was last open.
    gcTime: 0,
    queryFn: () => take(api.GET("/api/v1/users/{user_id}", { params: { path: { user_id: id } } })),
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <Panel key={data.id} user={data} close={close} />;
}

function Panel({ user, close }: { user: User; close: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const session = useSession();
  const [view, setView] = useState("balance");
  const [removing, setRemoving] = useState(false);
  const [amountTyped, setAmountTyped] = useState(false);
  const [edits, setEdits] = useState(0);
  // Done with the settings: the panel closes, unless an amount that was typed would go with it.
  const leave = () => {
    if (!amountTyped) return close();
    setEdits(edits + 1);
    setView("balance");
  };
  return (
    <>
      <h3 className={styles.name}>{user.name}</h3>
      <Facts
        items={[
          [t("users.balance"), <Money key="balance" usd={user.balance_usd} />],
          [t("users.spent"), <Money key="spent" usd={user.spent_usd} />],
        ]}
      />
      <p className={styles.links}>
        <Link to="/tokens" search={{ user_id: user.id }}>
          {t("users.tokens")}
        </Link>
        <Link to="/logs" search={{ user_id: user.id }}>
          {t("users.requests")}
        </Link>
      </p>
      <SegmentedControl
        mb={16}
        size="sm"
        aria-label={t("channels.view")}
        value={view}
        onChange={setView}
        data={[
          { value: "balance", label: t("users.balance") },
          { value: "edit", label: t("channels.settings") },
        ]}
      />
      <View shown={view === "balance"}>
        <Balance user={user} typed={setAmountTyped} />
      </View>
      <View key={edits} shown={view === "edit"}>
        <UserForm
          user={user}
          cancel={leave}
          done={() => {
            toast("good", t("common.saved"));
            leave();
          }}
        />
        {user.id !== session.user.id && (
          <div className={styles.danger}>
            <Button variant="default" c="var(--bad)" onClick={() => setRemoving(true)}>
              {t("users.remove")}
            </Button>
          </div>
        )}
      </View>
      <Confirm
        opened={removing}
        title={t("users.removeTitle", { name: user.name })}
        action={t("common.delete")}
        onClose={() => setRemoving(false)}
        run={async () => {
          await take(api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: user.id } } }));
          // The one that is gone is not asked for again.
          void client.invalidateQueries({ queryKey: ["users"], predicate: ({ queryKey }) => queryKey[1] !== user.id });
          close();
        }}
      >
        {t("users.removeText")}
      </Confirm>
    </>
  );
}
