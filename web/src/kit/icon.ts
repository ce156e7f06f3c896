import { createElement, type SVGProps } from "react";

export interface IconProps extends Omit<SVGProps<SVGSVGElement>, "stroke"> {
  /** Width and height, in pixels. */
  size?: number;
  /** The line's width, in the units of a drawing 24 wide. */
  stroke?: number;
}

const DRAWING = {
  xmlns: "http://www.w3.org/2000/svg",
  viewBox: "0 0 24 24",
  fill: "none",
  stroke: "currentColor",
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

/** An icon drawn by these paths in a square of 24 by 24, in the colour of the text around it. */
export function icon(paths: string[]) {
  return ({ size = 24, stroke = 2, ...rest }: IconProps) =>
    createElement(
      "svg",
      { ...DRAWING, strokeWidth: stroke, width: size, height: size, ...rest },
      ...paths.map((d) => createElement("path", { key: d, d })),
    );
}
