// The one table. The gateway filters, sorts and pages; what was asked for is in the address, so that a page can be
// shared and "back" works. On a narrow screen each row becomes a card.
import { ActionIcon, Button, Checkbox, Tooltip } from "@mantine/core";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from "react";
import { useLanguage, useWords } from "~/i18n";
import styles from "./DataTable.module.css";
import { integer } from "./format";
import { IconChevronDown, IconChevronLeft, IconChevronRight, IconChevronUp } from "./icons";
import { Failure, Loading } from "./states";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The word the gateway sorts by; without one the column cannot be sorted. */
  sort?: string;
  align?: "right";
  /** Left out on cards: what a phone has no room for. */
  wide?: boolean;
  /** On cards: at the right of its line, a line of its own, or with its heading before it. */
  card?: "end" | "line" | "label";
  /** Takes the room that the others leave, and is cut off rather than wrapped. */
  grow?: boolean;
}

export interface Paging {
  /** As the gateway reads it: a field, `-` before it for descending. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  hasPrevious: boolean;
  hasNext: boolean;
  onPrevious: () => void;
  onNext: () => void;
  total?: number | null | undefined;
}

export interface Selection {
  chosen: ReadonlySet<number | string>;
  onChange: (chosen: ReadonlySet<number | string>) => void;
}

interface Props<Row> {
  /** What the table lists, for those who cannot see it. */
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  id: (row: Row) => number | string;
  name: (row: Row) => string;
  error?: unknown;
  retry?: () => void;
  /** The rows are those of what was asked before; those asked for now are on their way. */
  busy?: boolean;
  empty: ReactNode;
  onOpen?: (row: Row) => void;
  opened?: number | string | null | undefined;
  paging?: Paging;
  selection?: Selection;
  /** Shown in place of the line below the table while rows are chosen. */
  bulk?: ReactNode;
}

export function DataTable<Row>(props: Props<Row>) {
  const { rows, error, retry, empty, paging } = props;
  if (error) return <Failure error={error} retry={retry} />;
  if (rows === undefined) return <Loading />;
  if (rows.length === 0 && !paging?.hasPrevious) return empty;
  return <Loaded {...props} rows={rows} />;
}

function Loaded<Row>({
  label,
  columns,
  rows,
  id,
  name,
  busy,
  onOpen,
  opened,
  paging,
  selection,
  bulk,
}: Props<Row> & { rows: Row[] }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { t } = useWords();
  const all = rows.map(id);
  const chosenHere = selection ? all.filter((one) => selection.chosen.has(one)).length : 0;
  const toggle = (key: number | string) => selection?.onChange(flipped(selection.chosen, key));
  return (
    <>
      <div className={styles.frame}>
        <table className={styles.table} role="table" aria-label={label} aria-busy={busy || undefined}>
          <thead role="rowgroup">
            <tr role="row">
              {selection && (
                <th role="columnheader" className={styles.check}>
                  <Checkbox
                    size="xs"
                    aria-label={t("table.selectAll")}
                    checked={all.length > 0 && chosenHere === all.length}
                    indeterminate={chosenHere > 0 && chosenHere < all.length}
                    onChange={(event) => selection.onChange(new Set(event.currentTarget.checked ? all : []))}
                  />
                </th>
              )}
              {columns.map((column) => (
                <Head key={column.id} column={column} paging={paging} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" ref={body} onKeyDown={(event) => walk(event, body.current)}>
            {rows.map((row, index) => (
              <tr
                key={id(row)}
                role="row"
                tabIndex={onOpen ? (index === 0 ? 0 : -1) : undefined}
                data-open={opened === id(row) || undefined}
                data-link={onOpen ? true : undefined}
                onClick={(event) => onOpen && !fromControl(event) && onOpen(row)}
                onKeyDown={(event) => {
                  if (event.target !== event.currentTarget) return;
                  if (event.key === "Enter" && onOpen) onOpen(row);
                  else if (event.key === "x" && selection) toggle(id(row));
                }}
              >
                {selection && (
                  <td role="cell" className={styles.check}>
                    <Checkbox
                      size="xs"
                      aria-label={t("table.select", { name: name(row) })}
                      checked={selection.chosen.has(id(row))}
                      onChange={() => toggle(id(row))}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td
                    key={column.id}
                    role="cell"
                    data-label={column.header}
                    data-align={column.align}
                    data-wide={column.wide || undefined}
                    data-card={column.card}
                    data-grow={column.grow || undefined}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosenHere > 0 && bulk ? (
        <div className={styles.bulk}>{bulk}</div>
      ) : (
        paging && <Foot paging={paging} count={rows.length} />
      )}
    </>
  );
}

function Head<Row>({ column, paging }: { column: Column<Row>; paging: Paging | undefined }) {
  const { t } = useWords();
  const direction =
    paging?.sort === column.sort ? "ascending" : paging?.sort === `-${column.sort}` ? "descending" : undefined;
  const sortable = column.sort !== undefined && paging?.onSort !== undefined;
  return (
    <th
      role="columnheader"
      scope="col"
      data-align={column.align}
      data-grow={column.grow || undefined}
      aria-sort={sortable ? (direction ?? "none") : undefined}
    >
      {sortable ? (
        <button
          type="button"
          className={styles.sort}
          title={t("table.sortBy", { column: column.header })}
          onClick={() => paging?.onSort?.(direction === "ascending" ? `-${column.sort}` : `${column.sort}`)}
        >
          {column.header}
          {direction === "ascending" && <IconChevronUp size={13} aria-hidden />}
          {direction === "descending" && <IconChevronDown size={13} aria-hidden />}
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

function Foot({ paging, count }: { paging: Paging; count: number }) {
  const { t, n } = useWords();
  const { language } = useLanguage();
  const { total } = paging;
  return (
    <nav className={styles.foot} aria-label={t("table.pages")}>
      <span className="num">
        {total === undefined || total === null
          ? n("table.rows", count)
          : t("table.of", { count: integer(count, language), total: integer(total, language) })}
      </span>
      {(paging.hasPrevious || paging.hasNext) && (
        <span className={styles.turn}>
          <Tooltip label={t("table.previous")}>
            <ActionIcon
              variant="default"
              aria-label={t("table.previous")}
              disabled={!paging.hasPrevious}
              onClick={paging.onPrevious}
            >
              <IconChevronLeft size={16} />
            </ActionIcon>
          </Tooltip>
          <Button
            variant="default"
            size="compact-md"
            rightSection={<IconChevronRight size={15} />}
            disabled={!paging.hasNext}
            onClick={paging.onNext}
          >
            {t("table.next")}
          </Button>
        </span>
      )}
    </nav>
  );
}

function flipped(chosen: ReadonlySet<number | string>, key: number | string): Set<number | string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Whether a click was meant for a link, a button or a box within the row, or for selecting text. */
function fromControl(event: MouseEvent<HTMLElement>): boolean {
  const control = (event.target as HTMLElement).closest("a, button, input, label, [role=menu]");
  return control !== null || (window.getSelection()?.toString() ?? "") !== "";
}

/** j and k, or the arrows, move from row to row. */
function walk(event: KeyboardEvent, body: HTMLTableSectionElement | null): void {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step === undefined || !body || !(event.target instanceof HTMLTableRowElement)) return;
  const rows = [...body.rows];
  const next = rows[rows.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
