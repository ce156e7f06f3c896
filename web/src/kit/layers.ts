// Panels and questions that lie over each other: Escape is for the uppermost of them alone.
import { useEffect, useRef } from "react";

const layers: object[] = [];

/** Says at any moment whether this layer is the uppermost. What opens or closes by a key counts once the key's event is
 *  over: all layers hear it, one after the other, and it is meant for one. */
export function useLayer(opened: boolean): () => boolean {
  const me = useRef({});
  useEffect(() => {
    if (!opened) return;
    const one = me.current;
    const opening = window.setTimeout(() => layers.push(one));
    return () => {
      window.clearTimeout(opening);
      window.setTimeout(() => {
        const at = layers.indexOf(one);
        if (at >= 0) layers.splice(at, 1);
      });
    };
  }, [opened]);
  return () => layers[layers.length - 1] === me.current;
}
