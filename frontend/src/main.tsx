import "@fontsource-variable/inter";
import "./styles/mantine.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/table.css";
import "./styles/fields.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queryClient";
import { Door } from "./app/Door";
import { theme } from "./app/theme";
import { router } from "./router";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element for the page");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Door>
          <RouterProvider router={router} />
        </Door>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
