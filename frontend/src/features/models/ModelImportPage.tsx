import { getRouteApi, Link } from "@tanstack/react-router";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { ModelImportForm } from "./ModelImportForm";

const route = getRouteApi("/models/import");

export function ModelImportPage() {
  const { watch } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="models" to="/models">
            Models
          </Link>,
          "Import",
        ]}
        title="Import a model"
        facts="It is converted to OpenVINO IR and analysed here; the files stay on this server."
      />
      <div className="columns wide-narrow">
        <Panel>
          <ModelImportForm
            watch={watch}
            onWatch={(job) => void navigate({ search: (now) => ({ ...now, watch: job }), replace: true })}
            onDone={(ref) => void navigate({ to: "/models/$ref", params: { ref }, replace: true })}
          />
        </Panel>
        <Panel title="What can be read">
          <dl className="facts-list">
            <dt>ONNX</dt>
            <dd>.onnx; files of external data beside it</dd>
            <dt>OpenVINO IR</dt>
            <dd>.xml and .bin, version 10 or 11; kept byte for byte</dd>
            <dt>TensorFlow</dt>
            <dd>SavedModel folder; frozen .pb or .pbtxt; .meta with its checkpoint</dd>
            <dt>TensorFlow Lite</dt>
            <dd>.tflite</dd>
            <dt>PaddlePaddle</dt>
            <dd>.pdmodel and .pdiparams</dd>
            <dt>PyTorch, Keras, Caffe, MXNet</dt>
            <dd>are recognised, but need their framework to be read: export to ONNX first</dd>
          </dl>
        </Panel>
      </div>
    </>
  );
}
