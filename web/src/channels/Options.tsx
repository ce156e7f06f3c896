// The fields only one provider has, drawn from the vendor's data.
import { NumberInput, Select, Switch, TextInput } from "@mantine/core";
import type { FormErrors } from "@mantine/form";
import type { ReactNode } from "react";
import type { Api } from "~/api/client";
import { useLanguage } from "~/i18n";
import { inLanguage, type Provider } from "./providers";

interface Props {
  provider: Provider;
  values: Record<string, string>;
  onChange: (values: Record<string, string>, name: string) => void;
  /** Only those that must be filled in, or only the rest. */
  only?: "required" | "optional";
  /** Those of the form around: a fault of an option is under `options.name`. */
  errors: FormErrors;
}

export function Options({ provider, values, onChange, only, errors }: Props) {
  const fields = provider.fields.filter((field) => only === undefined || field.required === (only === "required"));
  const set = (name: string, value: string) => {
    const next = { ...values, [name]: value };
    // An empty option is one that was not given: the vendor's default holds.
    if (value === "") delete next[name];
    onChange(next, name);
  };
  return fields.map((field) => (
    <Option
      key={field.name}
      field={field}
      value={values[field.name] ?? ""}
      error={errors[`options.${field.name}`]}
      onChange={(value) => set(field.name, value)}
    />
  ));
}

interface OptionProps {
  field: Api<"ProviderField">;
  value: string;
  error: ReactNode;
  onChange: (value: string) => void;
}

function Option({ field, value, error, onChange }: OptionProps) {
  const { language } = useLanguage();
  const shared = {
    label: inLanguage(field.label, language),
    description: inLanguage(field.help, language),
    required: field.required,
    error,
  };
  switch (field.kind) {
    case "flag":
      return (
        <Switch
          {...shared}
          checked={(value || field.default) === "true"}
          onChange={(event) => onChange(event.currentTarget.checked ? "true" : "false")}
        />
      );
    case "choice":
      return (
        <Select
          {...shared}
          data={field.choices.filter(Boolean)}
          value={value || field.default || null}
          clearable={!field.required}
          onChange={(chosen) => onChange(chosen ?? "")}
        />
      );
    case "number":
      return (
        <NumberInput
          {...shared}
          value={value}
          placeholder={field.default}
          onChange={(next) => onChange(String(next))}
        />
      );
    default:
      return (
        <TextInput
          {...shared}
          value={value}
          placeholder={field.default}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
