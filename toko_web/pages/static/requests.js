// Asks the server for results: one request at a time, then the newest one. What was asked in between is left out.

const PATIENCE = 400; // milliseconds after which a request gives way to a newer one
const LONGEST = 10_000; // milliseconds after which a response is not waited for any longer
const AGAIN = [500, 1000, 2000, 4000]; // milliseconds before each further attempt

/** @typedef {"offline" | "busy" | "signed-out" | ""} Trouble */

/**
 * @param {(html: string, query: string) => void} show called with each response that is the newest one
 * @param {(trouble: Trouble) => void} tell called when something is wrong, and with "" when it is right again
 */
export function makeQueue(show, tell) {
  /** @type {string | null} */
  let wanted = null; // what is asked next
  /** @type {AbortController | null} */
  let running = null;
  let began = 0, attempts = 0, timer = 0, isTroubled = false;

  /** @param {string} query the search part of the address */
  function ask(query) {
    wanted = query;
    clearTimeout(timer);
    if (!running) void next();
    else timer = window.setTimeout(giveWay, Math.max(0, began + PATIENCE - performance.now()));
  }

  function giveWay() {
    if (wanted !== null) running?.abort();
  }

  async function next() {
    const query = wanted;
    if (query === null) return;
    wanted = null;
    const control = running = new AbortController();
    began = performance.now();
    const late = setTimeout(() => control.abort(), LONGEST);
    /** @type {Trouble} */
    let trouble = "";
    let html = "";
    try {
      const response = await fetch(`/hasil${query}`, { signal: control.signal, redirect: "manual" });
      if (response.status === 401 || response.type === "opaqueredirect") trouble = "signed-out";
      else if (!response.ok) trouble = "busy";
      else html = await response.text();
    } catch {
      trouble = wanted === null && running === control ? "offline" : ""; // else a newer request has taken its place
    } finally {
      clearTimeout(late);
    }
    if (running !== control) return;
    running = null;
    if (html) show(html, query); // it may be older than what is wanted, never than what is shown
    finish(query, trouble);
  }

  /**
   * @param {string} query
   * @param {Trouble} trouble
   */
  function finish(query, trouble) {
    const wasTroubled = isTroubled;
    isTroubled = trouble !== "";
    if (trouble) {
      wanted ??= query;
      tell(trouble);
      if (trouble !== "signed-out") timer = window.setTimeout(next, AGAIN[Math.min(attempts++, AGAIN.length - 1)]);
    } else {
      if (wasTroubled) tell("");
      attempts = 0;
      if (wanted !== null) void next();
    }
  }

  function stop() {
    clearTimeout(timer);
    wanted = null;
    const control = running;
    running = null;
    control?.abort();
  }

  window.addEventListener("online", () => {
    if (!running && wanted !== null) void next();
  });
  return { ask, stop, isIdle: () => !running && wanted === null };
}
