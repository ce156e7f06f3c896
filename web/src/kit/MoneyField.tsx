import { TextInput, type TextInputProps } from "@mantine/core";

/** Dollars as exact text: no number type stands between what is typed and what is sent. */
export function MoneyField(props: TextInputProps) {
  return <TextInput inputMode="decimal" autoComplete="off" leftSection="$" classNames={{ input: "num" }} {...props} />;
}
