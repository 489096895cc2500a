// A USB scanner types like a keyboard, only faster, and ends with Enter or Tab. This tells both apart, wherever the focus is.

const SLOWEST = 50; // milliseconds between two keys of a scanner; people who type fast need 80
const AVERAGE = 35; // of all keys of a code; the repeats of a key that is held down do not count at all
const SHORTEST = 4; // characters

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/**
 * What was typed fast, and the field in which it ended up with what was in it before.
 * @typedef {{ text: string, first: number, last: number, field: Field, before: string }} Burst
 */

/**
 * Call `scanned` with each code that a scanner sends. What it typed into a field is taken back.
 * @param {Field} search the field that receives what is typed outside of fields
 * @param {(code: string) => void} scanned
 */
export function followScanner(search, scanned) {
  /** @type {Burst | null} */
  let burst = null;
  let ended = -Infinity; // when the last code did

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || document.activeElement?.matches("input[type=password]")) {
      burst = null; // programs that keep passwords type as fast
      return;
    }
    const now = event.timeStamp;
    if (now - ended <= SLOWEST && isEnd(event)) { // many scanners send two of them
      event.preventDefault();
      event.stopImmediatePropagation();
      ended = now;
      return;
    }
    if (burst && now - burst.last > SLOWEST) burst = null;
    if (event.key === "Enter" || event.key === "Tab") {
      const code = burst && isScan(burst) ? burst.text.trim() : "";
      if (burst && code) {
        event.preventDefault(); // neither sends a form nor presses the button that has the focus
        event.stopImmediatePropagation();
        burst.field.value = burst.before;
        ended = now;
        scanned(code);
      }
      burst = null;
      return;
    }
    const typed = characterOf(event);
    if (!typed) return; // Shift and the like
    const field = fieldWithFocus();
    if (burst) {
      burst.text += typed;
      burst.last = now;
      if (typed === " " && !field) event.preventDefault(); // would press a button
    } else {
      const into = field ?? search;
      burst = { text: typed, first: now, last: now, field: into, before: into.value };
    }
  }, { capture: true });
}

/**
 * Whether a key ends a code. Browsers see a line feed as Ctrl and J, which shows the downloads.
 * @param {KeyboardEvent} event
 */
function isEnd(event) {
  return event.key === "Enter" || event.key === "Tab" || (event.ctrlKey && event.key.toLowerCase() === "j");
}

/** @param {Burst} burst */
function isScan({ text, first, last }) {
  return text.length >= SHORTEST && (last - first) / (text.length - 1) <= AVERAGE;
}

/**
 * The character that a key types; "" for other keys. Scanners send GS1's separator as Ctrl and ].
 * @param {KeyboardEvent} event
 */
function characterOf(event) {
  if (event.ctrlKey && event.key === "]") return "\x1d";
  if (event.ctrlKey || event.metaKey || event.key.length !== 1) return "";
  return event.key;
}

function fieldWithFocus() {
  const field = document.activeElement;
  const isField = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
  return isField && !field.readOnly ? field : null;
}
