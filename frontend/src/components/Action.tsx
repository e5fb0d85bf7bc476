import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";
import { Explain } from "./Explain";

interface Props extends ButtonProps {
  /** Why it cannot be done now, and what enables it. It then stays reachable, so that the reason can be read. */
  reason?: ReactNode;
  type?: "button" | "submit";
  form?: string;
  onClick?: () => void;
}

/** A button that says why, when it cannot be used. */
export function Action({ reason, onClick, type = "button", ...rest }: Props) {
  if (!reason) return <Button type={type} onClick={onClick} {...rest} />;
  return (
    <Explain text={reason} bare focusable={false}>
      <Button
        type="button"
        data-disabled
        aria-disabled
        onClick={(event) => event.preventDefault()}
        {...rest}
      />
    </Explain>
  );
}
