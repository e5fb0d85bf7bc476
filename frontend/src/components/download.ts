/** Hands content that the page made to the browser's downloads. */

/** A file name from anything: letters, digits, dots and dashes. */
export function fileName(...parts: string[]): string {
  const text = parts.join("-").replace(/[^\p{L}\p{N}._-]+/gu, "-");
  return text.replace(/-{2,}/g, "-").replace(/^[-.]+|-+(?=\.)|[-.]+$/g, "");
}

export function saveText(name: string, text: string, type = "text/csv"): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  saveAddress(name, address);
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function saveAddress(name: string, address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
