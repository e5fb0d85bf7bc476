import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { whoamiKey } from "../../api/queryClient";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { logIn } from "./queries";

/** For servers that ask for a token. The token is kept in a cookie that scripts cannot read. */
export function LoginPage() {
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const enter = useMutation({
    mutationFn: () => logIn(token.trim()),
    onSuccess: (who) => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== whoamiKey[0] });
      client.setQueryData(whoamiKey, who);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim()) enter.mutate();
  };
  return (
    <main style={{ maxWidth: 420, margin: "14vh auto", padding: 16 }}>
      <form className="panel fields" onSubmit={submit}>
        <h1>DL Workbench</h1>
        <p className="dim">
          This server asks for a token. Its administrator makes one in Settings, or set it as{" "}
          <code>WORKBENCH_TOKEN</code>.
        </p>
        <TextInput
          ref={field}
          type="password"
          label="Token"
          placeholder="wbt_…"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="current-password"
        />
        {enter.error && <ErrorState error={enter.error} compact />}
        <div>
          <Action
            type="submit"
            variant="filled"
            loading={enter.isPending}
            reason={token.trim() ? undefined : "Enter the token first."}
          >
            Log in
          </Action>
        </div>
      </form>
    </main>
  );
}
