// Panels and questions that lie over each other: Escape is for the uppermost of them alone.
import { useEffect, useRef } from "react";

const layers: object[] = [];

/** Says at any moment whether this layer is the uppermost. */
export function useLayer(opened: boolean): () => boolean {
  const me = useRef({});
  useEffect(() => {
    if (!opened) return;
    const one = me.current;
    layers.push(one);
    return () => void layers.splice(layers.indexOf(one), 1);
  }, [opened]);
  return () => layers[layers.length - 1] === me.current;
}
