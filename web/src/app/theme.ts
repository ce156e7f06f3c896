// The look: Mantine's parts with our type, colours and sizes. Colours of our own are in theme.css.
import { createTheme, type MantineColorsTuple } from "@mantine/core";

// The accent: the blue-green of deep water. Shade 7 on white, and white on shade 7, are above 4.5:1.
const water: MantineColorsTuple = [
  "#e9f6fa",
  "#d3eaf1",
  "#a5d5e3",
  "#74bed5",
  "#4aa8c4",
  "#2a93b2",
  "#167d9c",
  "#0e6a86",
  "#0a566d",
  "#073f51",
];

// Dark mode's greys, slightly blue; index 7 is the page, 6 a raised surface.
const dark: MantineColorsTuple = [
  "#dfe3e8",
  "#b8bfc8",
  "#97a0ac",
  "#6b7480",
  "#39414b",
  "#2a3139",
  "#1b2027",
  "#13171c",
  "#0f1216",
  "#0a0c0f",
];

export const theme = createTheme({
  primaryColor: "water",
  primaryShade: { light: 7, dark: 6 },
  colors: { water, dark },
  fontFamily: "var(--sans)",
  fontFamilyMonospace: '"JetBrains Mono Variable", ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "19px" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "15px", lineHeight: "22px" },
      h3: { fontSize: "13px", lineHeight: "20px" },
    },
  },
  defaultRadius: 6,
  cursorType: "pointer",
  respectReducedMotion: true,
  // By name: naming the components themselves would bring all of them into the first file.
  components: {
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    InputBase: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 350, transitionProps: { duration: 0 } } },
    Modal: { defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.35 } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.25 } } },
  },
});
