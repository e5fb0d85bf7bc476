/** The schemas of the API under the names of the vocabulary. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Job = Schemas["Job"];
export type JobState = Job["state"];
export type Model = Schemas["Model"];
export type Task = NonNullable<Model["task"]>;
export type Port = Schemas["Port"];
export type Analysis = Schemas["Analysis"];
export type Preprocessing = Schemas["Preprocessing"];
export type ModelImport = Schemas["ModelImport"];
export type Dataset = Schemas["Dataset"];
export type DatasetFormat = NonNullable<Dataset["format"]>;
export type DatasetImport = Schemas["DatasetImport"];
export type Sample = Schemas["Sample"];
export type SampleBox = Sample["boxes"][number];
export type Statistics = Schemas["Statistics"];
export type Histogram = Statistics["widths"];
export type Generate = Schemas["Generate"];
export type Augmentations = Schemas["Augmentations"];
export type PreviewWanted = Schemas["PreviewWanted"];
export type SplitWanted = Schemas["SplitWanted"];
export type Target = Schemas["Target"];
export type Device = Schemas["Device"];
export type TargetLoad = Schemas["TargetLoad"];
export type Project = Schemas["Project"];
export type ProjectState = Project["state"];
export type Precision = NonNullable<Project["precision"]>;
export type Compatibility = Schemas["Compatibility"];
export type Reason = Schemas["Reason"];
export type Run = Schemas["Run"];
export type Verdict = Run["verdict"];
export type Configuration = Schemas["Configuration"];
export type BenchmarkWanted = Schemas["BenchmarkWanted"];
export type Latencies = Schemas["Latencies"];
export type Layer = Schemas["Layer"];
export type LayerType = Schemas["LayerType"];
export type LayerPrecision = Schemas["LayerPrecision"];
export type Conversion = Schemas["Conversion"];
export type Layers = Schemas["Layers"];
export type Ceilings = Schemas["Ceilings"];
export type Graph = Schemas["Graph"];
export type GraphNode = Schemas["GraphNode"];
export type Finding = Schemas["Finding"];
export type Findings = Schemas["Findings"];
export type SearchWanted = Schemas["SearchWanted"];
export type SearchJob = Schemas["SearchJob"];
export type SearchResult = Schemas["SearchResult"];
export type Comparison = Schemas["Comparison"];
export type CheckWanted = Schemas["CheckWanted"];
export type CheckJob = Schemas["CheckJob"];
export type CheckResult = NonNullable<CheckJob["result"]>;
export type System = Schemas["System"];
export type Doctor = Schemas["Doctor"];
export type Token = Schemas["Token"];
export type NewToken = Schemas["NewToken"];
export type WhoAmI = Schemas["WhoAmI"];
export type Problem = Schemas["Problem"];
export type Upload = Schemas["Upload"];
export type Toolchain = Schemas["Toolchain"];
export type Drawn = Schemas["Drawn"];
export type Prediction = Schemas["Prediction"];
export type PredictionWanted = Schemas["PredictionWanted"];
export type PredictionResult = Schemas["PredictionResult"];
export type ImportanceWanted = Schemas["ImportanceWanted"];
export type ImportanceMap = Schemas["ImportanceMap"];

/** One page of a list. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total: number;
}
