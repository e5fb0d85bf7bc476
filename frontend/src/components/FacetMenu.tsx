import { Checkbox, Popover } from "@mantine/core";
import { useState } from "react";
import classes from "./FacetMenu.module.css";

export interface Option {
  value: string;
  label?: string;
  count?: number;
}

interface Props {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
  /** What is chosen is no filter, so that the chip need not stand out. */
  quiet?: boolean;
}

/** A chip that opens a list of check boxes. */
export function FacetMenu({ label, options, chosen, onToggle, quiet = false }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus shadow="none" withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={chosen.length > 0 && !quiet ? "chip accent" : "chip"}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {label} ▾
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label} className={classes.menu}>
        {options.map((option) => (
          <Checkbox
            key={option.value}
            checked={chosen.includes(option.value)}
            onChange={() => onToggle(option.value)}
            label={
              <>
                {option.label ?? option.value}{" "}
                {option.count !== undefined && <span className="faint">{option.count}</span>}
              </>
            }
          />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
