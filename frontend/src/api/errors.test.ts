import { describe, expect, it } from "vitest";
import { ApiError, asApiError, errorFrom } from "./errors";

describe("errorFrom", () => {
  it("takes code, sentence, action and fields from a problem document", () => {
    const error = errorFrom(422, {
      type: "about:blank",
      title: "A field has an unusable value",
      status: 422,
      code: "invalid_fields",
      detail: "name: too long",
      action: "Correct it.",
      errors: [{ field: "name", problem: "too long" }, { odd: 1 }],
    });
    expect(error).toMatchObject({
      status: 422,
      code: "invalid_fields",
      message: "name: too long",
      action: "Correct it.",
    });
    expect(error.fields).toEqual([{ field: "name", problem: "too long" }]);
  });

  it("has something to say about any other answer", () => {
    const error = errorFrom(502, "<html>Bad gateway</html>");
    expect(error.code).toBe("http_502");
    expect(error.action).not.toBe("");
  });
});

describe("asApiError", () => {
  it("keeps an ApiError", () => {
    const error = errorFrom(404, null);
    expect(asApiError(error)).toBe(error);
  });

  it("wraps whatever else was thrown", () => {
    expect(asApiError("oops")).toBeInstanceOf(ApiError);
    expect(asApiError(new Error("broken")).message).toBe("broken");
  });
});
