import { type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import classes from "./Explain.module.css";

interface Props {
  /** What is explained. */
  children: ReactNode;
  text: ReactNode;
  /** Without the dotted line, for things that are no text. */
  bare?: boolean;
  /** When the child takes the focus itself. */
  focusable?: boolean;
}

const OPEN_AFTER_MS = 250;
const CLOSE_AFTER_MS = 120;
const MARGIN = 8;

/** A word with its explanation one hover, or one Tab, away. Escape closes it; the pointer may move onto it. */
export function Explain({ children, text, bare = false, focusable = true }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();

  const later = (next: boolean, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(next), ms);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") setOpen(false);
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [open]);

  const focus = focusable ? { tabIndex: 0, "aria-describedby": open ? id : undefined, role: "note" } : {};
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: hovering only shows what focus shows as well */}
      <span
        ref={anchor}
        className={bare ? undefined : "explained"}
        onMouseEnter={() => later(true, OPEN_AFTER_MS)}
        onMouseLeave={() => later(false, CLOSE_AFTER_MS)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        {...focus}
      >
        {children}
      </span>
      {open && anchor.current && (
        <Bubble
          id={id}
          anchor={anchor.current}
          onEnter={() => later(true, 0)}
          onLeave={() => later(false, CLOSE_AFTER_MS)}
        >
          {text}
        </Bubble>
      )}
    </>
  );
}

interface BubbleProps {
  id: string;
  anchor: HTMLElement;
  onEnter: () => void;
  onLeave: () => void;
  children: ReactNode;
}

function Bubble({ id, anchor, onEnter, onLeave, children }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const place = () => {
      const element = bubble.current;
      if (!element) return;
      const from = anchor.getBoundingClientRect();
      const { width, height } = element.getBoundingClientRect();
      const below = from.bottom + MARGIN + height < window.innerHeight;
      const left = Math.min(Math.max(MARGIN, from.left), window.innerWidth - width - MARGIN);
      element.style.left = `${left}px`;
      element.style.top = `${below ? from.bottom + 4 : from.top - height - 4}px`;
    };
    place();
    window.addEventListener("scroll", place, true);
    return () => window.removeEventListener("scroll", place, true);
  }, [anchor]);

  return createPortal(
    <div
      id={id}
      ref={bubble}
      role="tooltip"
      className={classes.bubble}
      onMouseEnter={onEnter}
      onMouseLeave={onLeave}
    >
      {children}
    </div>,
    document.body,
  );
}
