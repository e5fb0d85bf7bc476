import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Action } from "./Action";
import { ErrorState } from "./States";

interface Props {
  /** On the button that opens the question, and on the one that answers it. */
  verb: string;
  question: string;
  children: ReactNode;
  /** Why it cannot be done now. */
  reason?: ReactNode;
  action: () => Promise<unknown>;
  onDone?: () => void;
}

/** Something that cannot be undone is asked about once; an error stays in the question. */
export function Confirm({ verb, question, children, reason, action, onDone }: Props) {
  const [open, setOpen] = useState(false);
  const run = useMutation({
    mutationFn: action,
    onSuccess: () => {
      setOpen(false);
      onDone?.();
    },
  });
  return (
    <>
      <Action
        reason={reason}
        onClick={() => {
          run.reset();
          setOpen(true);
        }}
      >
        {verb}
      </Action>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={question}
        size={460}
        yOffset="18vh"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <div className="stack">
          <div>{children}</div>
          {run.error && <ErrorState error={run.error} compact />}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Action onClick={() => setOpen(false)}>Keep</Action>
            <Action
              className="danger"
              variant="filled"
              loading={run.isPending}
              onClick={() => run.mutate()}
              data-autofocus
            >
              {verb}
            </Action>
          </div>
        </div>
      </Modal>
    </>
  );
}
