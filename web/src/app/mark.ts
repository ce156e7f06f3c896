/** Where it is kept that somebody signed in with this browser. The session's cookie itself cannot be seen from here. */
export const MARK = "sluice-signed-in";
