// A USB scanner types like a keyboard, only faster, and ends with Enter. This tells both apart, wherever the focus is.

const SLOWEST = 50; // milliseconds between two keys of a scanner; people who type fast need 80
const AVERAGE = 35; // of all keys of a code; the repeats of a key that is held down do not count at all
const SHORTEST = 4; // characters

/**
 * What was typed fast, and the field in which it ended up.
 * @typedef {{ text: string, first: number, last: number, field: HTMLInputElement | HTMLTextAreaElement | null, before: string }} Burst
 */

/**
 * Call `scanned` with each code that a scanner sends. What it typed into a field is taken back.
 * @param {(code: string) => void} scanned
 */
export function followScanner(scanned) {
  /** @type {Burst | null} */
  let burst = null;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat) {
      burst = null;
      return;
    }
    const now = event.timeStamp;
    if (burst && now - burst.last > SLOWEST) burst = null;
    if (event.key === "Enter") {
      const code = burst && isScan(burst, now) ? burst.text.trim() : "";
      if (code) {
        event.preventDefault(); // neither sends a form nor presses the button that has the focus
        event.stopImmediatePropagation();
        takeBack(/** @type {Burst} */ (burst));
        scanned(code);
      }
      burst = null;
      return;
    }
    const typed = characterOf(event);
    if (!typed) return; // Shift and the like
    if (burst) {
      burst.text += typed;
      burst.last = now;
      if (typed === " " && !burst.field) event.preventDefault(); // would press a button
    } else {
      const field = fieldWithFocus();
      burst = { text: typed, first: now, last: now, field, before: field?.value ?? "" };
    }
  }, { capture: true });
}

/**
 * @param {Burst} burst
 * @param {number} end when Enter came
 */
function isScan(burst, end) {
  const length = burst.text.length;
  return length >= SHORTEST && end - burst.last <= 2 * SLOWEST && (burst.last - burst.first) / (length - 1) <= AVERAGE;
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

/** @param {Burst} burst */
function takeBack(burst) {
  if (!burst.field || burst.field.value === burst.before) return;
  burst.field.value = burst.before;
}
