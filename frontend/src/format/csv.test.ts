import { describe, expect, it } from "vitest";
import { csv } from "./csv";

const columns = [
  { header: "name", value: (row: { name: string; value: number | null }) => row.name },
  { header: "value", value: (row: { name: string; value: number | null }) => row.value },
];

describe("csv", () => {
  it("quotes what would break the line", () => {
    expect(csv(columns, [{ name: 'a,"b"', value: 1.5 }])).toBe('name,value\r\n"a,""b""",1.5\r\n');
  });

  it("disarms formulas in names from users' files, but leaves negative numbers alone", () => {
    expect(csv(columns, [{ name: "=HYPERLINK(1)", value: -2 }])).toBe("name,value\r\n'=HYPERLINK(1),-2\r\n");
  });

  it("leaves missing values empty", () => {
    expect(csv(columns, [{ name: "x", value: null }])).toBe("name,value\r\nx,\r\n");
  });
});
