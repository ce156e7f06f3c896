/** Where to go after signing in: only to a page of this console, whatever the address asks for. */
export function within(next: string | undefined): string {
  if (!next?.startsWith("/") || next.startsWith("//") || next.startsWith("/\\")) return "/";
  const url = new URL(next, window.location.origin);
  // "/.//elsewhere" is a path of two slashes once its dot is gone: an address of another host again.
  if (url.origin !== window.location.origin || url.pathname.startsWith("//")) return "/";
  return url.pathname + url.search + url.hash;
}
