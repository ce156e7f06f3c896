// Saving what others may be editing too: beside their changes of other fields, and never over one of the same in silence.
import { useRef } from "react";
import { ApiFailure } from "~/api/client";

const TRIES = 4;

export type WriteBack<Row> = (
  /** The fields that are written. */
  fields: string[],
  read: () => Promise<Row>,
  write: (header: { "if-match": string }) => Promise<Row>,
) => Promise<Row>;

/** Writes back what a form changed of a row it began with. Throws ApiFailure `changed_meanwhile` naming a field that
 *  somebody else changed as well, once: whoever saves again knows of it. */
export function useWriteBack<Row extends { rev: number }>(
  began: Row | undefined,
  part: (row: Row, field: string) => unknown = (row, field) => row[field as keyof Row],
): WriteBack<Row> {
  const seen = useRef(began);
  return async (fields, read, write) => {
    seen.current ??= await read();
    for (let tries = 1; ; tries++) {
      const before = seen.current;
      try {
        const written = await write({ "if-match": `"${before.rev}"` });
        seen.current = written;
        return written;
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.status !== 412 || tries === TRIES) throw error;
      }
      const now = await read();
      seen.current = now;
      const clash = fields.find((field) => JSON.stringify(part(now, field)) !== JSON.stringify(part(before, field)));
      if (clash) throw new ApiFailure(412, "changed_meanwhile", "", clash, "", null);
    }
  };
}
