/** What is filled in of the forms, by project: kept while the page is open, so that looking something up loses nothing. */
import { type CompressForm, emptyCompress, emptyQuantize, type QuantizeForm } from "./makeForm";

const quantize = new Map<string, QuantizeForm>();
const compress = new Map<string, CompressForm>();

export const quantizeDraft = (project: string) => quantize.get(project) ?? emptyQuantize();
export const compressDraft = (project: string) => compress.get(project) ?? emptyCompress();
export const keepQuantize = (project: string, form: QuantizeForm) => quantize.set(project, form);
export const keepCompress = (project: string, form: CompressForm) => compress.set(project, form);

export function forget(project: string): void {
  quantize.delete(project);
  compress.delete(project);
}

/** The form with these operations left out of quantisation beside those that were chosen before. */
export function withIgnored(form: QuantizeForm, names: readonly string[]): QuantizeForm {
  return { ...form, ignored: { ...form.ignored, names: [...new Set([...form.ignored.names, ...names])] } };
}
