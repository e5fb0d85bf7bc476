import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { DatasetFormat } from "../../api/types";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { DatasetImportForm } from "./DatasetImportForm";
import { FormatGuide } from "./FormatGuide";

const route = getRouteApi("/datasets/import");

export function DatasetImportPage() {
  const { watch } = route.useSearch();
  const navigate = route.useNavigate();
  const [format, setFormat] = useState<DatasetFormat | "auto">("auto");
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="datasets" to="/datasets">
            Datasets
          </Link>,
          "Import",
        ]}
        title="Import a dataset"
        facts={
          <>
            Its format is recognised and every annotation checked; the files stay on this server. No dataset
            at hand? <Link to="/datasets/generate">Generate one</Link>.
          </>
        }
      />
      <div className="columns wide-narrow" style={{ alignItems: "start" }}>
        <Panel>
          <DatasetImportForm
            watch={watch}
            onWatch={(job) => void navigate({ search: (now) => ({ ...now, watch: job }), replace: true })}
            onDone={(ref) => void navigate({ to: "/datasets/$ref", params: { ref }, replace: true })}
            onFormat={setFormat}
          />
        </Panel>
        <FormatGuide format={format} />
      </div>
    </>
  );
}
