/** The typed client. Every call returns the data or throws an ApiError. */
import createClient from "openapi-fetch";
import { errorFrom, unreachable } from "./errors";
import type { paths } from "./schema";

export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  // Lists of states become state=a&state=b, as the server reads them.
  querySerializer: { array: { style: "form", explode: true } },
  fetch: async (request) => {
    try {
      return await fetch(request);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw unreachable();
    }
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw errorFrom(response.status, error);
  return data as T;
}
