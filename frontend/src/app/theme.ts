/** Mantine's parts in the style of the page; colours come from styles/tokens.css. */
import { createTheme, type MantineColorsTuple } from "@mantine/core";

// Ten shades are asked for; the page has one accent, and the style sheet gives it for both schemes.
const shade = (index: number) => (index === 7 ? "var(--accent-strong)" : "var(--accent)");
const accent = Array.from({ length: 10 }, (_, index) => shade(index)) as unknown as MantineColorsTuple;

export const theme = createTheme({
  colors: { accent },
  primaryColor: "accent",
  primaryShade: 6,
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: "600" },
  fontSizes: { xs: "13px", sm: "13px", md: "13px", lg: "15px", xl: "19px" },
  radius: { xs: "4px", sm: "7px", md: "8px", lg: "10px", xl: "12px" },
  defaultRadius: "sm",
  shadows: { xs: "none", sm: "none", md: "none", lg: "none", xl: "none" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "xs", variant: "default" } },
    TextInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    NativeSelect: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs", radius: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Modal: { defaultProps: { transitionProps: { duration: 0 } } },
    Drawer: { defaultProps: { transitionProps: { duration: 0 }, position: "right" } },
  },
});
