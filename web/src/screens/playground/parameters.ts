// What one may set of a request besides its words: empty fields are left to the model.
export interface Parameters {
  system: string;
  temperature: number | string;
  top_p: number | string;
  max_tokens: number | string;
  effort: string | null;
}

export const NO_PARAMETERS: Parameters = { system: "", temperature: "", top_p: "", max_tokens: "", effort: null };

// https://platform.openai.com/docs/api-reference/chat/create: reasoning_effort
export const EFFORTS = ["minimal", "low", "medium", "high"] as const;

/** The members of the request's body that were set. */
export function chosen(parameters: Parameters): Record<string, number | string> {
  const found: Record<string, number | string> = {};
  for (const name of ["temperature", "top_p", "max_tokens"] as const)
    if (parameters[name] !== "") found[name] = Number(parameters[name]);
  if (parameters.effort) found.reasoning_effort = parameters.effort;
  return found;
}
