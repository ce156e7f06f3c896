declare module "@tabler/icons-react/dist/esm/icons/*.mjs" {
  import type { FunctionComponent, SVGProps } from "react";

  // Not the package's own type: its file lists every icon and takes the compiler seconds to read.
  const icon: FunctionComponent<Omit<SVGProps<SVGSVGElement>, "stroke"> & { size?: number; stroke?: number }>;
  export default icon;
}
