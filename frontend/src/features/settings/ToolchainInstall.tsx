import { Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Toolchain } from "../../api/types";
import { Action } from "../../components/Action";
import { ErrorState } from "../../components/States";
import { counted } from "../../format/number";
import { jobQuery } from "../jobs/queries";
import { installToolchain } from "./queries";

interface Props {
  toolchain: Toolchain;
  onStarted: () => void;
}

/** From the package index, or from a folder of wheels where the server has no way out. */
export function ToolchainInstall({ toolchain, onStarted }: Props) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState<"index" | "wheels">("index");
  const [folder, setFolder] = useState("");
  const install = useMutation({
    mutationFn: () => installToolchain(toolchain.name, from === "wheels" ? folder.trim() : null),
    onSuccess: ({ job }) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      setOpen(false);
      onStarted();
    },
  });
  const missing = from === "wheels" && folder.trim() === "" ? "Name the folder first." : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!missing) install.mutate();
  };
  const verb = toolchain.state === "missing" ? "Install" : "Install again";
  return (
    <>
      <Action
        onClick={() => {
          install.reset();
          setOpen(true);
        }}
        reason={toolchain.problem ?? undefined}
      >
        {verb}
      </Action>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Install ${toolchain.title}`}
        size={520}
        yOffset="18vh"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form className="fields" onSubmit={submit}>
          <p className="dim">
            {counted(toolchain.packages, "package")} for Python {toolchain.python}, each held to the hash of
            the lock file. It is made beside and used only when it is whole.
          </p>
          <SegmentedControl
            aria-label="Where the packages come from"
            value={from}
            onChange={(value) => setFrom(value === "wheels" ? "wheels" : "index")}
            data={[
              { value: "index", label: "The package index" },
              { value: "wheels", label: "A folder of wheels" },
            ]}
            style={{ alignSelf: "flex-start" }}
          />
          {from === "wheels" ? (
            <TextInput
              label="Folder on the server"
              description="Nothing is downloaded: every package has to be in it."
              placeholder="/data/wheels"
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
              data-autofocus
            />
          ) : (
            <p className="dim">
              The server asks its package index: PyPI, or what its configuration of pip names.
            </p>
          )}
          {install.error && <ErrorState error={install.error} compact />}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Action onClick={() => setOpen(false)}>Leave it</Action>
            <Action type="submit" variant="filled" loading={install.isPending} reason={missing}>
              Install
            </Action>
          </div>
        </form>
      </Modal>
    </>
  );
}
