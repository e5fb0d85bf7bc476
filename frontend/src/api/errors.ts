/** Every way in which a request fails, as one error with a code, a sentence and what to do. */
import type { Problem } from "./types";

export interface FieldProblem {
  field: string;
  problem: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly action: string;
  readonly fields: FieldProblem[];

  constructor(
    problem: Pick<Problem, "status" | "code" | "title" | "detail" | "action">,
    fields: FieldProblem[] = [],
  ) {
    super(problem.detail);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.action = problem.action;
    this.fields = fields;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body;
}

function fieldProblems(entries: Problem["errors"]): FieldProblem[] {
  return (entries ?? []).flatMap(({ field, problem }) =>
    typeof field === "string" && typeof problem === "string" ? [{ field, problem }] : [],
  );
}

/** The error of an answer with a status of 400 or more. `body` is the parsed JSON, or text. */
export function errorFrom(status: number, body: unknown): ApiError {
  if (isProblem(body)) {
    return new ApiError({ ...body, status, detail: body.detail || body.title }, fieldProblems(body.errors));
  }
  return new ApiError({
    status,
    code: `http_${status}`,
    title: "The server gave an unexpected answer",
    detail: `The server answered with status ${status}.`,
    action: "Try again; if it stays so, look at the server's log in Settings.",
  });
}

export const UNREACHABLE = "server_unreachable";

export function unreachable(): ApiError {
  return new ApiError({
    status: 0,
    code: UNREACHABLE,
    title: "The server does not answer",
    detail: "The page cannot reach the workbench's server.",
    action: "Check that 'workbench up' still runs. The page goes on by itself when it answers.",
  });
}

/** Any thrown value as an ApiError, so that there is one way to show errors. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({
    status: 0,
    code: "page_error",
    title: "The page made a mistake",
    detail: error instanceof Error ? error.message : String(error),
    action: "Reload the page; if it comes again, report it.",
  });
}
