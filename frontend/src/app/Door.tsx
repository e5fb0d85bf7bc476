import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { ErrorState } from "../components/States";
import { whoamiQuery } from "../features/settings/queries";

const LoginPage = lazy(() =>
  import("../features/settings/LoginPage").then((part) => ({ default: part.LoginPage })),
);

/** Lets in whom the server lets in; asks others for their token. */
export function Door({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useQuery(whoamiQuery);
  if (data && (!data.required || data.authenticated)) return children;
  if (data) {
    return (
      <Suspense>
        <LoginPage />
      </Suspense>
    );
  }
  if (error) {
    return (
      <div style={{ maxWidth: 620, margin: "12vh auto", padding: 16 }}>
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      </div>
    );
  }
  return null;
}
