import { NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { whoamiKey } from "../../api/queryClient";
import type { NewToken, Token } from "../../api/types";
import { Action } from "../../components/Action";
import { Confirm } from "../../components/Confirm";
import { CopyButton } from "../../components/CopyButton";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { ago, date, dateTime } from "../../format/time";
import { createToken, deleteToken, logIn, logOut, tokensQuery, whoamiQuery } from "./queries";

const LIFETIMES = [
  { value: "", label: "does not expire" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
];

/** Who this browser is to the server, and the tokens that let programs and people in. */
export function AccessPanel() {
  const client = useQueryClient();
  const { data: who } = useQuery(whoamiQuery);
  const tokens = useQuery(tokensQuery);
  const leave = useMutation({
    mutationFn: logOut,
    onSuccess: () => client.invalidateQueries({ queryKey: whoamiKey }),
  });
  return (
    <Panel title="Access">
      <div className="stack">
        <div className="row between wrap">
          <p className="dim">
            {who?.authenticated
              ? `Logged in with the token '${who.name ?? "of the administrator"}'.`
              : who?.required === false
                ? "This server is reached from this machine only and asks for no token."
                : ""}
          </p>
          {who?.authenticated && (
            <Action onClick={() => leave.mutate()} loading={leave.isPending}>
              Log out
            </Action>
          )}
        </div>
        {leave.error && <ErrorState error={leave.error} compact />}
        {who && !who.authenticated && <EnterToken />}
        <CreateToken />
        {tokens.error ? (
          <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} compact />
        ) : tokens.data ? (
          <TokenTable tokens={tokens.data.items} />
        ) : (
          <SkeletonRows label="tokens" count={2} />
        )}
      </div>
    </Panel>
  );
}

function EnterToken() {
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const enter = useMutation({
    mutationFn: () => logIn(token.trim()),
    onSuccess: (next) => {
      client.setQueryData(whoamiKey, next);
      setToken("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim()) enter.mutate();
  };
  return (
    <form onSubmit={submit} className="stack tight">
      <div className="row" style={{ alignItems: "flex-end" }}>
        <TextInput
          label="Enter a token"
          type="password"
          autoComplete="off"
          placeholder="wbt_…"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          className="grow"
        />
        <Action
          type="submit"
          loading={enter.isPending}
          reason={token.trim() ? undefined : "Enter the token first."}
        >
          Log in
        </Action>
      </div>
      {enter.error && <ErrorState error={enter.error} compact />}
    </form>
  );
}

function CreateToken() {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState("");
  const [made, setMade] = useState<NewToken | null>(null);
  const create = useMutation({
    mutationFn: () => createToken({ name: name.trim(), expires_in_days: days ? Number(days) : null }),
    onSuccess: (token) => {
      setMade(token);
      setName("");
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) create.mutate();
  };
  return (
    <div className="stack tight">
      <form onSubmit={submit} className="row" style={{ alignItems: "flex-end" }}>
        <TextInput
          label="New token"
          placeholder="what it is for, as CI"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          className="grow"
          maxLength={100}
        />
        <NativeSelect
          aria-label="How long it is valid"
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
          data={LIFETIMES}
        />
        <Action
          type="submit"
          loading={create.isPending}
          reason={name.trim() ? undefined : "Say what the token is for."}
        >
          Create
        </Action>
      </form>
      {create.error && <ErrorState error={create.error} compact />}
      {made && (
        <div className="notice" role="status">
          <div className="grow">
            <p>
              <span className="strong">The token '{made.name}'.</span> It is shown this once: copy it now.
            </p>
            <p className="mono breaking">{made.token}</p>
          </div>
          <div className="row">
            <CopyButton text={made.token} />
            <Action onClick={() => setMade(null)}>Done</Action>
          </div>
        </div>
      )}
    </div>
  );
}

function TokenTable({ tokens }: { tokens: Token[] }) {
  const client = useQueryClient();
  if (tokens.length === 0) {
    return (
      <EmptyState title="No token yet">
        Scripts and other machines use the API with one; a server that others can reach needs at least one.
      </EmptyState>
    );
  }
  return (
    <table className="data">
      <caption className="unseen">Tokens</caption>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col">Last used</th>
          <th scope="col">Expires</th>
          <th scope="col">
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <th scope="row" title={`made ${dateTime(token.created_at)}`}>
              {token.name} <code className="faint">{token.prefix}…</code>
            </th>
            <td>{token.last_used_at ? ago(token.last_used_at) : "never"}</td>
            <td>{token.expires_at ? date(token.expires_at) : "never"}</td>
            <td className="num">
              <Confirm
                verb="Revoke"
                question={`Revoke the token ${token.name}?`}
                action={() => deleteToken(token.id)}
                onDone={() => {
                  void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
                  void client.invalidateQueries({ queryKey: whoamiKey });
                }}
              >
                Whoever uses it is refused from then on.
              </Confirm>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
