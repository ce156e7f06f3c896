// The one form: values, a request to the gateway, and its refusal shown at the field it is about.
import { Button } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { ApiFailure } from "~/api/client";
import { type Language, useWords } from "~/i18n";
import { type Told, tell } from "./failure";
import styles from "./form.module.css";
import { Failure } from "./states";
import { useUnsaved } from "./unsaved";

type Validate<Values> = { [Field in keyof Values]?: (value: Values[Field], values: Values) => ReactNode };

interface Options<Values, Result> {
  initial: Values;
  validate?: Validate<Values>;
  send: (values: Values) => Promise<Result>;
  done: (result: Result) => void;
  /** The form's name of a field the gateway calls otherwise. */
  fieldOf?: (param: string) => string;
  /** The field whose members are fields of their own: a fault of one is kept under `options.name`. */
  nested?: keyof Values & string;
  /** Nobody misses what was typed in it. */
  fleeting?: boolean;
  /** Once sent it begins again, empty. */
  again?: boolean;
}

/** Fields with a fault; those of passwords are marked in a way of their own. */
const FAULTY = "[aria-invalid=true], input[data-invalid=true]";

export interface ApiForm<Values> {
  form: UseFormReturnType<Values>;
  busy: boolean;
  failure: unknown;
  submit: (event?: FormEvent<HTMLFormElement>) => void;
}

export function useApiForm<Values extends object, Result>(options: Options<Values, Result>): ApiForm<Values> {
  const { initial, validate, send, done, fieldOf, nested, fleeting = false, again = false } = options;
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const form = useForm<Values>({ initialValues: initial, ...(validate ? { validate: validate as never } : {}) });
  useUnsaved(() => !fleeting && form.isDirty());
  const element = useRef<HTMLFormElement | null>(null);
  const [fault, setFault] = useState<{ refusal: unknown } | null>(null);
  // The first field with a fault may be far up a long form, or in a part that opens with it.
  useEffect(() => {
    if (fault === null) return;
    const frame = requestAnimationFrame(() => {
      const field = element.current?.querySelector<HTMLElement>(FAULTY);
      if (field) {
        field.focus();
        // What is said of it stands below it, and the buttons of a long form lie over its end.
        field.scrollIntoView({ block: "center" });
      } else if (!element.current?.querySelector("[id$='-error']")) {
        setFailure(fault.refusal); // its field is not shown
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [fault]);
  const run = async (values: Values) => {
    setBusy(true);
    setFailure(null);
    try {
      const result = await send(values);
      if (again) form.reset();
      else form.resetDirty(values);
      done(result);
    } catch (error) {
      const field = error instanceof ApiFailure ? fieldIn(values, error.param, fieldOf, nested) : null;
      if (field !== null) {
        const told = tell(error, words);
        form.setFieldError(field, atField(told, words.language));
        setFault({ refusal: error });
      } else {
        setFailure(error);
      }
    } finally {
      setBusy(false);
    }
  };
  const check = form.onSubmit(
    (values) => void run(values),
    () => setFault({ refusal: null }),
  );
  const submit = (event?: FormEvent<HTMLFormElement>) => {
    element.current = event?.currentTarget ?? null;
    check(event);
  };
  return { form, busy, failure, submit };
}

/** The gateway's own words are enough for whoever reads English; for others they stand below a sentence in their language. */
function atField({ title, detail }: Told, language: Language): ReactNode {
  if (!detail || language === "en") return detail || title;
  return (
    <>
      {title}
      <br />
      {detail}
    </>
  );
}

/** The form's field that a refusal is about: `models.3` is about `models`. Null when it has none of this name. */
function fieldIn(values: object, param: string | null, fieldOf?: (param: string) => string, nested?: string) {
  if (!param) return null;
  const named = fieldOf?.(param) ?? param;
  if (nested && named.startsWith(`${nested}.`)) return named;
  return [named, named.split(".")[0] ?? ""].find((name) => name in values) ?? null;
}

interface FormProps {
  state: Pick<ApiForm<never>, "busy" | "failure"> & { submit: (event?: FormEvent<HTMLFormElement>) => void };
  submitLabel: string;
  children: ReactNode;
  onCancel?: () => void;
  extra?: ReactNode;
  /** It fills a panel at the side and does not fit a screen. */
  long?: boolean;
}

export function Form({ state, submitLabel, children, onCancel, extra, long }: FormProps) {
  const { t } = useWords();
  return (
    <form className={styles.form} data-long={long || undefined} onSubmit={state.submit} noValidate>
      <div className={styles.fields}>{children}</div>
      {Boolean(state.failure) && <Failure error={state.failure} />}
      <div className={styles.buttons}>
        <Button type="submit" loading={state.busy}>
          {submitLabel}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
        )}
        {extra && <div className={styles.extra}>{extra}</div>}
      </div>
    </form>
  );
}

/** Fields that belong together, under a heading. */
export function Group({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend>{title}</legend>
      {hint && <p>{hint}</p>}
      <div className={styles.fields}>{children}</div>
    </fieldset>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}
